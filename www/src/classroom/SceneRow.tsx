import { type Outline, stageNames, type Taught } from "recipes/classroom/backend";
import type { Call } from "recipes/shared/calls";
import { toFailure } from "recipes/shared/failure";
import { Icon } from "../Icon";
import type { RunItem } from "../runs/ItemGrid";
import { PlayButton, sayVoice } from "../runs/PlayButton";
import styles from "./classroom.module.css";
import { stageLooks, stageStates } from "./stages";

interface SceneRowProps {
  readonly item: RunItem<Taught>;
  readonly outline: Outline;
  readonly calls: readonly Call[];
  /** The scene whose speeches this one took up. */
  readonly takenFrom: string | undefined;
}

/** One scene: its three stages, what it took up from the one before, and what it says. */
export function SceneRow({ item, outline, calls, takenFrom }: SceneRowProps) {
  return (
    <div className={`stack ${styles.scene}`}>
      <ol className={`row start ${styles.stages}`} aria-label={`Stages of ${outline.title}`}>
        {stageStates(item, outline, calls).map(({ stage, state, attempts }) => (
          <li
            key={stage}
            className={`pill ${stageLooks[state].tone}`}
            data-testid={`${stage}-${item.key}`}
            data-state={state}
          >
            <Icon name={stageLooks[state].icon} />
            <span>
              <strong>{stageNames[stage]}</strong> {stageLooks[state].text.toLowerCase()}
              {attempts > 1 && ` (attempt ${attempts})`}
            </span>
          </li>
        ))}
      </ol>
      {item.status === "fulfilled" && <Said taught={item.value} outline={outline} takenFrom={takenFrom} />}
      {item.status === "rejected" && <p className="field-problem">{sayFailure(item.reason)}</p>}
      {"value" in item || <p className="muted">{outline.description}</p>}
    </div>
  );
}

function Said({
  taught: { heard, said, audioUrl, audioSeconds, audioVoice },
  outline,
  takenFrom,
}: {
  taught: Taught;
  outline: Outline;
  takenFrom: string | undefined;
}) {
  return (
    <>
      <p className="state" data-testid={`heard-${outline.id}`}>
        <Icon name="voice" />
        {heard.length === 0
          ? "First scene: no earlier speech"
          : `Continues ${heard.length} speeches${takenFrom === undefined ? "" : ` of “${takenFrom}”`}`}
      </p>
      <blockquote>{said[0]}</blockquote>
      <PlayButton url={audioUrl} seconds={audioSeconds} name={outline.title} />
      <small className="muted">{sayVoice(audioVoice)}</small>
    </>
  );
}

function sayFailure(reason: unknown): string {
  const { message, hint } = toFailure(reason);
  return [message, hint].filter(Boolean).join(" ");
}
