import { batchesOf } from "recipes/script/plan";
import type { Scene } from "recipes/script/types";
import { ItemGrid, type RunItem } from "../runs/ItemGrid";
import { Panel } from "../ui";
import styles from "./script.module.css";

interface BatchesProps {
  readonly items: readonly RunItem<Scene>[];
  readonly size: number;
  readonly onRetry: ((key: string) => void) | undefined;
}

/**
 * The scenes as they are written, in their batches; of a batch that was not reached there is nothing to be seen but its
 * name.
 */
export function Batches({ items, size, onRetry }: BatchesProps) {
  return (
    <Panel title="Scenes">
      {batchesOf(items.length, size).map(({ first, last }, n) => {
        const batch = items.slice(first - 1, last);
        return (
          <section
            key={first}
            className={`stack ${styles.batch}`}
            aria-labelledby={`batch-${n + 1}`}
            data-testid={`batch-${n + 1}`}
            data-state={stateOf(batch)}
          >
            <h3
              id={`batch-${n + 1}`}
            >{`Batch ${n + 1}: ${first === last ? `scene ${first}` : `scenes ${first} to ${last}`}`}</h3>
            <p className="muted">{`${batch.filter(isWritten).length} of ${batch.length} written, ${sayContext(first)}`}</p>
            {stateOf(batch) !== "waiting" && (
              <ItemGrid items={batch} nameOf={({ key }) => `Scene ${key}`} show={showScene} onRetry={onRetry} />
            )}
          </section>
        );
      })}
    </Panel>
  );
}

function showScene(item: RunItem<Scene>) {
  if (item.status !== "fulfilled") return <span className="muted">…</span>;
  const { prompt_tgt, transition_from_previous, time_of_day, emotion, duration } = item.value;
  return (
    <div>
      <p className="muted">{`${transition_from_previous} · ${time_of_day}, ${emotion}, ${duration} s`}</p>
      <p>{prompt_tgt}</p>
    </div>
  );
}

const isWritten = ({ status }: RunItem<Scene>): boolean => status === "fulfilled";
const isOpen = ({ status }: RunItem<Scene>): boolean => ["running", "retrying"].includes(status);

function stateOf(batch: readonly RunItem<Scene>[]): "written" | "open" | "broken" | "waiting" {
  if (batch.every(isWritten)) return "written";
  if (batch.some(isOpen)) return "open";
  return batch.every(({ status }) => status === "waiting" || status === "cancelled") ? "waiting" : "broken";
}

function sayContext(first: number): string {
  if (first === 1) return "without previous scenes.";
  const [from, to] = [Math.max(1, first - 3), first - 1];
  return from === to ? `after scene ${to}.` : `after scenes ${from} to ${to}.`;
}
