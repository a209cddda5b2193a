import { useEffect, useId, useState, useSyncExternalStore } from "react";
import { useRun } from "sluicegate/react";
import { newKey } from "../api";
import { callStore } from "../calls";
import { ItemGrid, type RunItem } from "../systems/ItemGrid";
import { RunPanel } from "../systems/RunPanel";
import { SystemPage } from "../systems/SystemPage";
import {
  type Account,
  labelOf,
  type Outline,
  readAccount,
  readSettings,
  type Settings,
  stageNames,
  type Taught,
} from "./backend";
import { type LessonPlan, lessons } from "./lessons";
import { teach } from "./pipeline";
import source from "./pipeline.ts?raw";
import { SceneRow } from "./SceneRow";
import "../styles/classroom.css";

const OFF = 1;
/** Where the server has no settings: off, and waits as in reality. */
const UNSET: Settings = { parallelSceneConcurrency: OFF, pace: 1 };
const CHOICES = [OFF, 2, 3, 4, 5, 6, 8, 10];

export function ClassroomPage() {
  const id = useId();
  const [plan, setPlan] = useState(lessons[0]);
  const [settings, setSettings] = useState<Settings>();
  const [chosen, setChosen] = useState<number>();
  const { parallelSceneConcurrency, pace } = settings ?? UNSET;
  const contentAhead = chosen ?? parallelSceneConcurrency;
  const [taught, setTaught] = useState<{ readonly plan: LessonPlan; readonly stageId: string }>();
  const calls = useSyncExternalStore(callStore.subscribe, callStore.snapshot);
  const run = useRun(teach);
  /** Nothing can be chosen in the middle of a lesson, nor before it is known what is set. */
  const isFixed = settings === undefined || (run.state !== "idle" && run.state !== "finished");
  const settled = run.items.filter(({ status }) => ["fulfilled", "rejected", "cancelled"].includes(status)).length;
  const account = useAccount(taught?.stageId, `${settled} ${run.state}`);

  useEffect(() => {
    const leaving = new AbortController();
    readSettings(leaving.signal).then(setSettings, () => leaving.signal.aborted || setSettings(UNSET));
    return () => leaving.abort();
  }, []);

  const start = (): void => {
    const stageId = newKey();
    setTaught({ plan, stageId });
    run.start({ stageId, outlines: plan.outlines, contentAhead, pace });
  };

  const { title, outlines } = taught?.plan ?? plan;
  const items: readonly RunItem<Taught>[] =
    taught === undefined
      ? outlines.map((item, index) => ({ index, key: item.id, item, status: "waiting" }))
      : run.items;
  const outlineOf = ({ index }: RunItem<Taught>): Outline => outlines[index]!;

  return (
    <SystemPage
      title="A classroom, scene by scene"
      lead="Each scene needs content, actions and speech. Content is slow and can be generated ahead. Actions and speech run in order, because each scene continues the speech of the previous one."
      recipe={{ file: "www/src/classroom/pipeline.ts", source }}
      controls={
        <>
          <div className="field">
            <label htmlFor={`${id}-lesson`}>Lesson</label>
            <select
              id={`${id}-lesson`}
              data-testid="lesson"
              disabled={isFixed}
              value={plan.id}
              onChange={(event) => setPlan(lessons.find((lesson) => lesson.id === event.target.value) ?? lessons[0])}
            >
              {lessons.map((lesson) => (
                <option key={lesson.id} value={lesson.id}>
                  {`${lesson.title} (${lesson.outlines.length} scenes)`}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor={`${id}-ahead`}>Content generated ahead</label>
            <select
              id={`${id}-ahead`}
              data-testid="content-ahead"
              aria-describedby={`${id}-ahead-about`}
              disabled={isFixed}
              value={contentAhead}
              onChange={(event) => setChosen(Number(event.target.value))}
            >
              {(CHOICES.includes(contentAhead) ? CHOICES : [...CHOICES, contentAhead]).map((choice) => (
                <option key={choice} value={choice}>
                  {choice === OFF ? "Off: one call at a time" : `${choice} at a time`}
                </option>
              ))}
            </select>
            <p className="muted" id={`${id}-ahead-about`}>
              {contentAhead === OFF
                ? "For API keys that allow one call at a time. A failure pauses the run."
                : "A scene whose content fails is skipped. The run pauses after the last scene."}
            </p>
          </div>
        </>
      }
    >
      {settings !== undefined && (
        <RunPanel title={title} run={run} lanes={stageNames} startLabel="Generate the lesson" onStart={start}>
          {account !== undefined && (
            <p className="counts" data-testid="account">
              {`${account.charged} credits charged, ${account.refunded} refunded`}
            </p>
          )}
        </RunPanel>
      )}
      <section className="panel lesson" aria-labelledby={`${id}-scenes`}>
        <h2 id={`${id}-scenes`}>Scenes</h2>
        <ItemGrid
          items={items}
          nameOf={(item) => labelOf(outlineOf(item))}
          show={(item) => (
            <SceneRow
              item={item}
              outline={outlineOf(item)}
              calls={calls}
              takenFrom={takenFrom(item, items, outlines)}
            />
          )}
          onRetry={(key) => void run.retry(key)}
        />
      </section>
    </SystemPage>
  );
}

/** The title of the scene whose speeches this one was given. */
function takenFrom(
  item: RunItem<Taught>,
  items: readonly RunItem<Taught>[],
  outlines: readonly Outline[],
): string | undefined {
  if (item.status !== "fulfilled") return undefined;
  const from = items.find((other) => other.status === "fulfilled" && other.value.said === item.value.heard);
  return from && outlines[from.index]?.title;
}

/** The server's own account of a lesson, as of when something was last settled. */
function useAccount(stageId: string | undefined, when: string): Account | undefined {
  const [account, setAccount] = useState<Account>();
  useEffect(() => {
    if (stageId === undefined) return;
    const leaving = new AbortController();
    readAccount(stageId, leaving.signal).then(setAccount, () => {
      // The last known account stands.
    });
    return () => leaving.abort();
  }, [stageId, when]);
  return account;
}
