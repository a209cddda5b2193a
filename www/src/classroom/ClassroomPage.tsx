import { useState } from "react";
import {
  type Lesson,
  labelOf,
  type Outline,
  PRICE,
  readAccount,
  readSettings,
  type Settings,
  type Taught,
} from "recipes/classroom/backend";
import { type LessonPlan, lessons } from "recipes/classroom/lessons";
import { teach } from "recipes/classroom/pipeline";
import source from "recipes/classroom/pipeline.ts?raw";
import { calls } from "recipes/shared/calls";
import { failedAgain } from "recipes/shared/failed-again";
import { useRun } from "sluicegate/react";
import { useLoaded } from "../hooks";
import { ItemGrid, type RunItem } from "../runs/ItemGrid";
import { type System, SystemPage } from "../runs/SystemPage";
import { keptItems, useKeep, useRecovery, valuesOf } from "../runs/useRecovery";
import { newKey, useStore } from "../store";
import { Panel, Select } from "../ui";
import styles from "./classroom.module.css";
import { SceneRow } from "./SceneRow";

const system: System = {
  page: "classroom",
  title: "A classroom, scene by scene",
  lead: "Each scene needs content, actions and speech. Content is slow and can be generated ahead. Actions and speech run in order, because each scene continues the speech of the previous one.",
  source,
  pieces: "scenes",
  startLabel: "Generate the lesson",
};

const OFF = 1;
/** Where the server has no settings: off, and waits as in reality. */
const UNSET: Settings = { parallelSceneConcurrency: OFF, pace: 1 };
const CHOICES = [OFF, 2, 3, 4, 5, 6, 8, 10];

/** A lesson that was started: what a later visit needs to resume it. */
type Started = Omit<Lesson, "outlines"> & { readonly lesson: string };

const planOf = (id: string): LessonPlan => lessons.find((lesson) => lesson.id === id) ?? lessons[0];
const keyOf = ({ id }: Outline): string => id;

export function ClassroomPage() {
  const recovery = useRecovery<Started, Taught>("classroom");
  const { past } = recovery;
  const [lesson, setLesson] = useState(past?.input.lesson ?? lessons[0].id);
  const read = useLoaded(readSettings, []);
  const settings = read.value ?? (read.problem ? UNSET : undefined);
  const [chosen, setChosen] = useState(past?.input.contentAhead);
  const { parallelSceneConcurrency, pace } = settings ?? UNSET;
  const contentAhead = chosen ?? parallelSceneConcurrency;
  const run = useRun(teach, { onOutcome: failedAgain((key): unknown => run.retry(key)) });
  const made = useStore(calls);
  const plan = planOf(lesson);
  /** Nothing can be chosen in the middle of a lesson, nor before it is known what is set. */
  const isFixed = settings === undefined || (run.state !== "idle" && run.state !== "finished");
  const settled = run.items.filter(({ status }) => ["fulfilled", "rejected", "cancelled"].includes(status)).length;
  const stageId = past?.input.stageId;
  /** The server's own account of the lesson, as of when something was last settled. */
  const { value: account } = useLoaded(
    (signal) => (stageId ? readAccount(stageId, signal) : undefined),
    [stageId, settled, run.state],
  );

  const started = past && planOf(past.input.lesson);
  const { title, outlines } = started ?? plan;
  const values = { ...past?.values, ...valuesOf(run.items) };
  const done = Object.keys(values).length;
  const total = outlines.length;
  const credits = account ? account.charged - account.refunded : PRICE * done;
  useKeep(recovery, run, { values, done, total, credits });
  const items = run.state === "idle" ? keptItems(outlines, keyOf, values) : run.items;
  const outlineOf = ({ index }: RunItem<Taught>): Outline => outlines[index]!;

  const start = (): void => {
    const input = { lesson, stageId: newKey(), contentAhead, pace };
    calls.set([]);
    run.start({ ...input, outlines: plan.outlines }, recovery.begin(input, plan.title, plan.outlines.length));
  };
  const resume = (): void => void (past && run.start({ ...past.input, outlines }, recovery.resume()));

  return (
    <SystemPage
      system={system}
      run={run}
      recovery={recovery}
      credits={credits}
      refunded={account?.refunded}
      heading={title}
      cost={{ whole: PRICE * plan.outlines.length, left: PRICE * total - credits }}
      onStart={start}
      onResume={resume}
      isReady={settings !== undefined}
      controls={
        <>
          <Select
            name="lesson"
            label="Lesson"
            disabled={isFixed}
            value={plan.id}
            options={lessons.map(({ id, title, outlines }) => [id, `${title} (${outlines.length} scenes)`])}
            onChange={setLesson}
          />
          <Select
            name="content-ahead"
            label="Content generated ahead"
            disabled={isFixed}
            value={contentAhead}
            options={(CHOICES.includes(contentAhead) ? CHOICES : [...CHOICES, contentAhead]).map((choice) => [
              choice,
              choice === OFF ? "Off: one call at a time" : `${choice} at a time`,
            ])}
            onChange={setChosen}
            about={
              contentAhead === OFF
                ? "For API keys that allow one call at a time. A failure pauses the run."
                : "A scene whose content fails is skipped. The run pauses after the last scene."
            }
          />
        </>
      }
    >
      <Panel title="Scenes" className={styles.lesson}>
        <ItemGrid
          items={items}
          nameOf={(item) => labelOf(outlineOf(item))}
          show={(item) => (
            <SceneRow item={item} outline={outlineOf(item)} calls={made} takenFrom={takenFrom(item, items, outlines)} />
          )}
          onRetry={run.state === "idle" ? undefined : (key) => void run.retry(key)}
        />
      </Panel>
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
  const from = items.find(
    (other) => other.status === "fulfilled" && other.value.said.join() === item.value.heard.join(),
  );
  return from && outlines[from.index]?.title;
}
