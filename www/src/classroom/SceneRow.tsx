import { type Outline, stageNames, type Taught } from "recipes/classroom/backend";
import type { Call } from "recipes/shared/calls";
import { toFailure } from "recipes/shared/failure";
import { Icon } from "../Icon";
import type { RunItem } from "../runs/ItemGrid";
import { sayLength, sayVoice, usePlayer } from "../storyboard/player";
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
    <div className={styles.scene}>
      <ol className={styles.stages} aria-label={`Stages of ${outline.title}`}>
        {stageStates(item, outline, calls).map(({ stage, state, attempts }) => (
          <li key={stage} className={styles[state]} data-testid={`${stage}-${item.key}`} data-state={state}>
            <Icon name={stageLooks[state].icon} />
            <span>
              <strong>{stageNames[stage]}</strong> {stageLooks[state].text}
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
      <p className={styles.takenUp} data-testid={`heard-${outline.id}`}>
        <Icon name="voice" />
        {heard.length === 0
          ? "First scene: no earlier speech"
          : `Continues ${heard.length} speeches${takenFrom === undefined ? "" : ` of “${takenFrom}”`}`}
      </p>
      <blockquote>{said[0]}</blockquote>
      <PlayButton name={outline.title} url={audioUrl} length={sayLength(audioSeconds)} />
      <small className="muted">{sayVoice(audioVoice)}</small>
    </>
  );
}

function PlayButton({ name, url, length }: { name: string; url: string; length: string }) {
  const { isPlaying, toggle } = usePlayer(url);
  return (
    <button
      type="button"
      className="button small"
      aria-pressed={isPlaying}
      aria-label={`Play ${length}, ${name}`}
      onClick={toggle}
    >
      <Icon name={isPlaying ? "pause" : "play"} />
      {`Play ${length}`}
    </button>
  );
}

function sayFailure(reason: unknown): string {
  const { message, hint } = toFailure(reason);
  return [message, hint].filter(Boolean).join(" ");
}
