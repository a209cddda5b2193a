import { Icon, type IconName } from "../Icon";

const steps: readonly { icon: IconName; name: string; what: string }[] = [
  { icon: "brush", name: "Script", what: "The text is cut into scenes." },
  { icon: "voice", name: "Audio", what: "Each scene is read, one call at a time." },
  { icon: "picture", name: "Images", what: "Pictures are drawn four to a call." },
  { icon: "check", name: "Finalize", what: "The credits are settled, once." },
];

/** A preview of the phases, before anything was pressed. */
export function EmptyBoard() {
  return (
    <ol className="steps">
      {steps.map(({ icon, name, what }) => (
        <li key={name}>
          <Icon name={icon} />
          <strong>{name}</strong>
          <span>{what}</span>
        </li>
      ))}
    </ol>
  );
}
