import { Icon, type IconName } from "../Icon";
import styles from "./storyboard.module.css";

const steps: readonly { icon: IconName; name: string; what: string }[] = [
  { icon: "brush", name: "Script", what: "Splits the text into scenes." },
  { icon: "voice", name: "Audio", what: "Generates a voice track for each scene." },
  { icon: "picture", name: "Images", what: "Generates an image for each scene." },
  { icon: "check", name: "Finalize", what: "Charges the credits once." },
];

/** Explains the storyboard before the first start. */
export function EmptyBoard() {
  return (
    <ol className={`panel ${styles.steps}`}>
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
