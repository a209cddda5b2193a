import { labelOf, type Outline, type Stage, stageNames, stages, type Taught } from "recipes/classroom/backend";
import type { Call } from "recipes/shared/calls";
import { toFailure } from "recipes/shared/failure";
import { Icon } from "../Icon";
import type { RunItem } from "../runs/ItemGrid";
import { itemLooks, type Look } from "../runs/looks";
import { PlayButton, sayVoice } from "../runs/PlayButton";
import styles from "./classroom.module.css";

type StageState = "waiting" | "running" | "again" | "done" | "failed" | "cancelled";

const stageLooks: Record<StageState, Look> = {
  ...itemLooks,
  again: itemLooks.retrying,
  done: itemLooks.fulfilled,
  failed: itemLooks.rejected,
};

/** Returns the state of each stage of a scene, from its last call and the outcome of its item. */
function stageStates(
  item: RunItem<Taught>,
  outline: Outline,
  calls: readonly Call[],
): readonly { stage: Stage; state: StageState; attempts: number }[] {
  const label = labelOf(outline);
  const last = stages.map((stage) => calls.findLast((call) => call.kind === stage && call.label === label));
  const reached = last.findLastIndex((call) => call !== undefined);
  return stages.map((stage, index) => ({
    stage,
    state: stateOf(item, last[index], index === reached),
    attempts: last[index]?.attempts ?? 0,
  }));
}

function stateOf({ status }: RunItem<Taught>, call: Call | undefined, isLast: boolean): StageState {
  if (status === "fulfilled") return "done";
  if (call === undefined) return "waiting";
  if (!isLast) return "done";
  if (status === "rejected") return "failed";
  if (!call.settled) return call.state === "in flight" ? "running" : "again";
  return call.state === "answered" ? "done" : "cancelled";
}

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
      {item.status === "fulfilled" && <Said {...item.value} outline={outline} takenFrom={takenFrom} />}
      {item.status === "rejected" && <p className="field-problem">{sayFailure(item.reason)}</p>}
      {"value" in item || <p className="muted">{outline.description}</p>}
    </div>
  );
}

function Said(props: Taught & Pick<SceneRowProps, "outline" | "takenFrom">) {
  const { heard, said, audioUrl, audioSeconds, audioVoice, outline, takenFrom } = props;
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
