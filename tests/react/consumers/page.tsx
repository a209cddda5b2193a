// The types of the hooks: inferences and refusals.
import { useEffect, useState } from "react";
import type { Outcome, Progress, Run, RunReport, RunSnapshot } from "sluicegate";
import { startBatches, startInOrder, startPhase, startPipeline, startRun } from "sluicegate";
import type { RunControls } from "sluicegate/react";
import { useRun, useRunState } from "sluicegate/react";
import { RunProgress, RunTimeline, RunWaits } from "sluicegate/react/devtools";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<T extends true>(): T | undefined {
  return undefined;
}

interface Scene {
  title: string;
}
interface Shot {
  url: string;
}
declare function draw(scene: Scene): Promise<Shot>;

export function Shots({ scenes, run }: { scenes: Scene[]; run: Run<Shot> | undefined }) {
  const [at, setAt] = useState(0);
  const shots = useRun((of: Scene[], concurrency: number = 2) => startRun(of, draw, { concurrency }));
  is<Equal<Parameters<typeof shots.start>, [of: Scene[], concurrency?: number | undefined]>>();
  is<Equal<ReturnType<typeof shots.start>, Run<Shot, Scene>>>();
  is<Equal<typeof shots.run, Run<Shot, Scene> | undefined>>();
  is<Equal<typeof shots.report, RunReport<Shot, Scene> | undefined>>();
  is<Equal<typeof shots.progress, Progress | undefined>>();
  is<Equal<typeof shots.items, RunSnapshot<Shot, Scene>["items"]>>();
  is<Equal<typeof shots.state, "idle" | "running" | "paused" | "cancelling" | "finished">>();
  is<Equal<ReturnType<typeof shots.retry>, Promise<Outcome<Shot, Scene>>>>();
  const controls: RunControls<Shot> = shots;

  const seen = useRunState(run);
  is<Equal<typeof seen, RunControls<Shot>>>();
  const own = useRunState(shots.run);
  is<Equal<typeof own, RunControls<Shot, Scene>>>();
  useRun((of: Scene[]) => startRun(of, draw, { concurrency: 1 }), {
    onOutcome: ({ item }) => is<Equal<typeof item, Scene>>(),
  });

  useEffect(() => {
    shots.start(scenes);
    shots.start(scenes, 3);
    shots.run?.add(scenes);
    shots.retry("0", { item: { title: "another" } });
    own.retry("0", { item: { title: "another" } });
    // @ts-expect-error another item is of the same kind
    shots.retry("0", { item: { name: "another" } });
    // @ts-expect-error a scene is not a list of them
    shots.start(scenes[0]);
    // @ts-expect-error without scenes
    shots.start();
    // @ts-expect-error no such option
    controls.resume({ retryAll: true });
    // @ts-expect-error keys are strings
    controls.cancelItem(0);
    // @ts-expect-error what is seen is not written
    shots.state = "idle";
    // @ts-expect-error who only looks starts nothing
    seen.start(scenes);
  }, [scenes, shots.start]);

  const first = shots.items[0];
  const url: string | undefined = first?.status === "fulfilled" ? first.value.url : undefined;
  return (
    <button type="button" onClick={shots.pause} onDoubleClick={() => setAt(at + 1)} title={url}>
      {shots.state} {shots.progress?.completed ?? 0} {shots.report?.values[0]?.url}
      <input onChange={(event) => shots.setConcurrency(Number(event.target.value))} onBlur={shots.cancel} />
    </button>
  );
}

interface Outputs {
  script: string;
  audio: number[];
}

export function Kinds() {
  const phase = useRun(
    (from: number) => startPhase(({ startIndex }) => ({ hasMore: false, part: startIndex + from })),
    { onUnmount: "keep" },
  );
  const next: number | undefined = phase.run?.nextStartIndex;
  is<Equal<NonNullable<typeof phase.report>["values"][number]["part"], number>>();

  const cursors = useRun(() =>
    startPhase((request: { startIndex: string }) => ({ next: request.startIndex }), { next: () => ({ done: true }) }),
  );
  const cursor: string | undefined = cursors.run?.nextStartIndex;

  const pipeline = useRun(() =>
    startPipeline<Outputs>([
      { name: "script", run: () => "S" },
      { name: "audio", run: ({ script }) => [script?.length ?? 0] },
    ]),
  );
  is<
    Equal<typeof pipeline.run, (Run<string | number[]> & { readonly outputs: Readonly<Partial<Outputs>> }) | undefined>
  >();
  is<Equal<typeof pipeline.report, RunReport<string | number[]> | undefined>>();
  const script: string | undefined = pipeline.run?.outputs.script;
  const started: readonly number[] | undefined = pipeline.start().outputs.audio;

  const batches = useRun((titles: readonly string[]) =>
    startBatches(titles, 5, (title): Promise<Scene> => Promise.resolve({ title })),
  );
  is<Equal<typeof batches.run, Run<Scene, string> | undefined>>();
  const inOrder = useRun(
    (titles: string[]) =>
      startInOrder(titles, { carry: 0, commit: (title, _, carry) => ({ value: { title }, carry: carry + 1 }) }),
    {},
  );
  is<Equal<typeof inOrder.report, RunReport<Scene, string> | undefined>>();

  // @ts-expect-error what is started has to be a run
  useRun(() => 5);
  // @ts-expect-error a promise of one is none
  useRun(async () => startRun([1], () => 1, { concurrency: 1 }));
  // @ts-expect-error runs are cancelled or kept
  useRun(() => startRun([1], () => 1, { concurrency: 1 }), { onUnmount: "pause" });
  // @ts-expect-error a run or none
  useRunState(null);
  useRun(() => startRun([1], () => 1, { concurrency: 1 }), { onUnmount: undefined });
  return [next, cursor, script, started?.length, batches.state];
}

export function Views({ run }: { run: Run<Shot, Scene> | undefined }) {
  return (
    <>
      <RunTimeline run={run} label="Shots" name={({ item }) => item.title} limit={10} />
      <RunProgress run={run} />
      <RunWaits run={undefined} />
      {/* @ts-expect-error a scene has no name */}
      <RunTimeline run={run} name={({ item }) => item.name} />
      {/* @ts-expect-error a run is needed, if only undefined */}
      <RunProgress label="Shots" />
    </>
  );
}
