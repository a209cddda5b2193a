// Phases and pipelines. Compiled as a module, as CommonJS and for bundlers; never run.

import { processPhase, startPhase, startPipeline } from "sluicegate";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...same: Same<Actual, Expected> extends true ? [] : [never]
) => void;

export function cursors() {
  const byText = startPhase(async ({ startIndex, signal }) => ({ text: signal.reason, after: startIndex }), {
    startIndex: "",
    next: ({ after }) => (after ? { done: false, startIndex: after } : { done: true }),
  });
  expectType<string | undefined>()(byText.nextStartIndex);
  const counted = startPhase(async ({ startIndex, chunk }) => ({ hasMore: chunk < 3, nextStartIndex: startIndex + 1 }));
  expectType<number | undefined>()(counted.nextStartIndex);
  // @ts-expect-error the cursor is a text
  processPhase(async ({ startIndex }) => startIndex.toFixed(), { startIndex: "", next: () => ({ done: true }) });
}

declare function write(): Promise<{ text: string }>;
declare function say(script: { text: string }, signal: AbortSignal): Promise<number[]>;
export function pipelines() {
  const run = startPipeline([
    { name: "script", weight: 10, run: () => write() },
    { name: "audio", run: ({ script }, { signal }) => say(script, signal) },
    { name: "images", run: ({ script, audio }) => audio.map((length) => script.text.slice(length)) },
  ]);
  expectType<string[] | undefined>()(run.outputs.images);
  expectType<Promise<({ text: string } | number[] | string[])[]>>()(run.values);
  // What is skipped, or fails while the run goes on, has no output.
  startPipeline(
    [
      { name: "script", skip: () => true, run: () => write() },
      { name: "audio", onFailure: "continue", run: ({ script }, { signal }) => (script ? say(script, signal) : []) },
      { name: "images", skip: ({ audio }) => audio === undefined, run: ({ audio }) => audio?.length },
    ],
    { from: "audio", outputs: { script: { text: "" } } },
  );
  startPipeline<{ script: { text: string }; audio: number[] }>([
    { name: "script", run: () => write() },
    { name: "audio", run: ({ script }, { signal }) => (script ? say(script, signal) : []) },
  ]);
  startPipeline([
    { name: "script", skip: () => true, run: () => write() },
    // @ts-expect-error it may have been skipped
    { name: "audio", run: ({ script }, { signal }) => say(script, signal) },
  ]);
  // The outputs of a list that is made at run time are unknown.
  const list = ["script", "audio"].map((name) => ({ name, run: async () => name.length }));
  const named = startPipeline(list, { from: "audio", outputs: { script: 6 } });
  expectType<Promise<unknown[]>>()(named.values);
  startPipeline([
    { name: "script", run: () => write() },
    // @ts-expect-error no phase before it has this name
    { name: "audio", run: ({ scrpt }) => scrpt },
  ]);
  const repeatable = startPipeline([{ name: "script", repeatable: true, run: () => write() }]);
  expectType<{ text: string } | undefined>()(repeatable.outputs.script);
  startPipeline<{ script: { text: string } }>([{ name: "script", repeatable: false, run: () => write() }]);
  processPhase(async () => ({ hasMore: false }), { repeatable: true });
  // @ts-expect-error it is true or false
  startPipeline([{ name: "script", repeatable: "keyed", run: () => write() }]);
  // @ts-expect-error it is an option of each phase
  startPipeline([{ name: "script", run: () => write() }], { repeatable: true });
  // @ts-expect-error a phase needs `run`
  startPipeline(["script"].map((name) => ({ name })));
}
