// Compiled as a module, as CommonJS and for bundlers; never run.

import type {
  CallOptions,
  LimiterInspection,
  Outcome,
  PhaseOptions,
  PollOptions,
  Progress,
  RetryPolicy,
  Run,
  RunInspection,
  RunOptions,
  RunReport,
  Task,
  TaskContext,
  WaitReason,
  WasmSource,
} from "sluicegate";
import {
  ContinuationError,
  callPhase,
  HOST_CONNECTIONS,
  HttpError,
  init,
  Limiter,
  pollUntil,
  processPhase,
  processWithConcurrency,
  RetryError,
  retry,
  settleWithConcurrency,
  setWarnings,
  startInOrder,
  startRun,
} from "sluicegate";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...same: Same<Actual, Expected> extends true ? [] : [never]
) => void;

interface Scene {
  id: string;
  lines: number;
}
interface Speech {
  hasMore: boolean;
  nextStartIndex?: number;
  urls: string[];
}
declare const scenes: readonly Scene[];
declare const pages: AsyncIterable<Scene>;
declare function speak(startIndex: number): Promise<Speech>;

export async function run() {
  // The result of a task decides the result of the run.
  expectType<Promise<string[]>>()(processWithConcurrency([1], 2, async (n) => String(n)));
  expectType<Promise<number[]>>()(processWithConcurrency(scenes, 2, (scene) => scene.lines));
  expectType<Promise<string[]>>()(processWithConcurrency(pages, Infinity, async ({ id }) => id));
  expectType<Promise<number[]>>()(
    processWithConcurrency(new Set(["a"]), HOST_CONNECTIONS, async (text) => text.length),
  );
  expectType<Promise<void[]>>()(processWithConcurrency([1], 1, async () => {}));

  await processWithConcurrency(scenes, 2, (scene, index, context) => {
    expectType<Scene>()(scene);
    expectType<number>()(index);
    expectType<TaskContext>()(context);
    expectType<AbortSignal>()(context.signal);
    expectType<string>()(context.idempotencyKey);
    expectType<unknown>()(context.lastError);
  });

  await processWithConcurrency(scenes, 2, async ({ id }) => id, {
    key: (scene) => scene.lines,
    skip: (scene) => (scene.lines === 0 ? { value: "silence" } : false),
    onFailure: (reason, scene) => (reason instanceof HttpError && scene.lines > 1 ? "continue" : "stop"),
    onProgress: (progress) => {
      expectType<Progress>()(progress);
      expectType<number>()(progress.completed);
      expectType<number>()(progress.inProgress);
      expectType<number>()(progress.failed);
      expectType<number>()(progress.fraction);
      expectType<number | undefined>()(progress.total);
      expectType<number | undefined>()(progress.eta);
      // @ts-expect-error what it is told is not its own to change
      progress.completed = 1;
    },
    onOutcome: async (outcome, scene) => {
      expectType<Scene>()(scene);
      expectType<Outcome<string, Scene>>()(outcome);
    },
  });

  // @ts-expect-error a key is a string, number or bigint
  void processWithConcurrency(scenes, 2, async ({ id }) => id, { key: (scene) => scene });

  const report = await settleWithConcurrency(scenes, 2, async ({ lines }) => lines);
  expectType<RunReport<number, Scene>>()(report);
  expectType<"completed" | "partial" | "failed" | "cancelled">()(report.status);
  expectType<readonly number[]>()(report.values);
  for (const outcome of report.outcomes) {
    // @ts-expect-error only some outcomes have a value
    outcome.value;
    switch (outcome.status) {
      case "fulfilled":
        expectType<number>()(outcome.value);
        break;
      case "rejected":
        expectType<unknown>()(outcome.reason);
        break;
      case "cancelled":
        expectType<boolean>()(outcome.started);
        break;
      case "skipped":
        expectType<number | undefined>()(outcome.value);
        break;
      default:
        expectType<never>()(outcome);
    }
  }

  // Phases take the chunk from the call, and the cursor from `next`.
  expectType<Promise<Speech[]>>()(
    processPhase(({ startIndex }) => speak(startIndex), { onChunk: ({ urls }, { chunk }) => console.log(urls[chunk]) }),
  );
  expectType<Promise<Speech[]>>()(
    processPhase(({ startIndex, signal }) => callPhase<Speech>("/api", { startIndex }, { signal })),
  );
  const texts = processPhase(async ({ startIndex }) => ({ text: "", after: startIndex }), {
    startIndex: "",
    next: (chunk) => (chunk.after ? { done: false, startIndex: chunk.after } : { done: true }),
  });
  expectType<Promise<{ text: string; after: string }[]>>()(texts);

  expectType<Promise<Scene>>()(
    callPhase<Scene>(
      new URL("https://example.test/"),
      { phase: "script" },
      { headers: async () => ({ a: "b" }), resend: "always" },
    ),
  );
  expectType<Promise<unknown>>()(callPhase("/api"));
  expectType<Promise<number>>()(
    retry(async ({ attempt }) => attempt, {
      attempts: 5,
      classify: (error, { maybeSent }) => (maybeSent || !error ? "fail" : "retry"),
    }),
  );
  expectType<Promise<string>>()(retry(() => "at once"));
  expectType<Promise<void>>()(init());

  const task: Task<Scene, Promise<string>> = async ({ id }) => id;
  expectType<Promise<string[]>>()(processWithConcurrency(scenes, 1, task));
}

export function narrow(error: unknown) {
  if (error instanceof HttpError) {
    expectType<number>()(error.status);
    expectType<unknown>()(error.body);
    expectType<Headers>()(error.headers);
    expectType<number | undefined>()(error.retryAfter);
    expectType<"HttpError">()(error.name);
  } else if (error instanceof RetryError) {
    expectType<number>()(error.attempts);
    // biome-ignore lint/suspicious/noExplicitAny: the type of the platform
    expectType<any[]>()(error.errors);
  } else if (error instanceof ContinuationError) {
    expectType<unknown>()(error.chunk);
  }
}

// Under exactOptionalPropertyTypes an option may still be there and undefined.
const none = undefined;
export const runOptions: RunOptions = {
  signal: none,
  stagger: none,
  retry: none,
  timeout: none,
  onFailure: none,
  onCancel: none,
  key: none,
  skip: none,
  onProgress: none,
  onOutcome: none,
};
export const phaseOptions: PhaseOptions<Speech> = {
  signal: none,
  startIndex: none,
  stagger: none,
  retry: none,
  timeout: none,
  onCancel: none,
  maxChunks: none,
  next: none,
  onChunk: none,
  progress: none,
  onProgress: none,
};
export const policy: RetryPolicy = {
  attempts: none,
  minDelay: none,
  maxDelay: none,
  factor: none,
  jitter: none,
  delay: none,
  maxRetryAfter: none,
  classify: none,
};
export const callOptions: CallOptions = {
  signal: none,
  method: none,
  headers: none,
  timeout: none,
  retry: none,
  idempotencyKey: none,
  resend: none,
  fetch: none,
};
export const passedOn = (signal?: AbortSignal, timeout?: number) =>
  processPhase(({ startIndex }) => speak(startIndex), { signal, timeout });
export const inits = (wasm: WasmSource | undefined) => init({ wasm });
export const initsOf = [
  new ArrayBuffer(1),
  new Uint8Array(1),
  new URL("https://example.test/"),
  "/sluicegate.wasm",
  fetch("/sluicegate.wasm"),
].map((wasm) => init({ wasm }));

export const limiter = new Limiter();

export function inspected(run: ReturnType<typeof startRun<Scene, string>>): string {
  const found: RunInspection = run.inspect({ limit: 1 });
  expectType<LimiterInspection>()(limiter.inspect());
  expectType<number | null>()(limiter.inspect().limit);
  // @ts-expect-error there is no such reason
  const reason: WaitReason = "weather";
  const [item] = found.items;
  expectType<number | undefined>()(item?.until);
  return JSON.stringify([reason, found]);
}
export const pollOptions: PollOptions<Speech> = {
  done: () => true,
  interval: none,
  timeout: none,
  idleTimeout: none,
  maxConsecutiveErrors: none,
  wake: none,
  signal: none,
  context: none,
  limiter: none,
};

type Video = { status: "processing" } | { status: "complete"; url: string };
declare function askForVideo(context: TaskContext): Promise<Video>;
export async function polls() {
  const isComplete = (video: Video): video is Extract<Video, { status: "complete" }> => video.status === "complete";
  expectType<{ status: "complete"; url: string }>()(await pollUntil(askForVideo, { done: isComplete }));
  expectType<Video>()(
    await pollUntil(askForVideo, {
      done: ({ status }) => status === "complete",
      interval: (video) => video.status.length,
    }),
  );
}

export async function itemsOfRuns() {
  const run = startRun(scenes, async ({ id }) => id, {
    concurrency: 1,
    retry: {
      classify: (_, { item }) => (item.lines ? "retry" : "fail"),
      reconcile: (_, { id: value }) => ({ found: true, value }),
    },
  });
  for await (const { item } of run) expectType<Scene>()(item);
  expectType<Scene>()((await run.retry("0", { item: { id: "0", lines: 1 } })).item);
}

declare const plain: RetryPolicy;
declare const ofTexts: RetryPolicy<string>;
export async function plainPolicies() {
  // What comes back is inferred from the call, and never from the policy.
  expectType<string>()(await retry(async () => "x", ofTexts));
  expectType<string>()(await retry(async () => "x", plain));
  expectType<unknown>()(await callPhase("/api/video", {}, { retry: plain }));
  expectType<string[]>()(await processWithConcurrency([1], 1, async () => "x", { retry: ofTexts }));
  expectType<string[]>()(await startRun([1], async () => "x", { concurrency: 1, retry: ofTexts }).values);
  expectType<string>()(
    await retry(async () => "x", { reconcile: async ({ attempt }) => ({ found: true, value: attempt.toFixed() }) }),
  );
  expectType<Video>()(await retry(askForVideo, plain));
  expectType<Video>()(await callPhase<Video>("/api/video", {}, { retry: plain }));
  expectType<number[]>()(await processWithConcurrency([1], 1, async (n) => n, { retry: plain }));
  const kept = { attempts: 5, classify: () => "retry" } satisfies RetryPolicy;
  expectType<number[]>()(await processWithConcurrency([1], 1, async (n) => n, { retry: kept }));
  const widened = { classify: () => "retry" };
  // @ts-expect-error: a string is no decision
  await processWithConcurrency([1], 1, async (n) => n, { retry: widened });
}

/** The values of a task that only throws fit every type, and a type that it declares is kept. */
export function onlyThrows() {
  const fail = (): never => {
    throw new Error("no picture");
  };
  const run: Run<Video> = startRun([1], async () => fail(), { concurrency: 1 });
  const reconcile = () => ({ found: true, value: { status: "complete", url: "/1" } }) as const;
  expectType<Promise<never[]>>()(processWithConcurrency([1], 1, async () => fail()));
  const declared = startRun([1], async (): Promise<Video> => fail(), { concurrency: 1, retry: { reconcile } });
  expectType<Run<Video, number>>()(declared);
  return run;
}

/** What wrappers of users hand on. */
export function wrapped<T>(url: string, retry: RetryPolicy<T>): Promise<T> {
  return callPhase<T>(url, {}, { retry });
}
export function wrappedOptions<T>(url: string, options: CallOptions<T>): Promise<T> {
  return callPhase<T>(url, {}, options);
}

export function lists() {
  const run = startInOrder(scenes, {
    prepare: async ({ lines }) => lines,
    commit: (scene, lines, carry: string[]) => ({ value: lines, carry: [...carry, scene.id] }),
    carry: [],
    onStepFailure: { commit: "stop" },
  });
  expectType<Promise<number[]>>()(run.values);
  setWarnings(false);
  setWarnings((message) => console.log(message.length));
}

export async function reconciles() {
  const reply = await callPhase<Video>(
    "/api/video",
    {},
    {
      totalTimeout: 9,
      retry: {
        random: () => 0,
        reconcile: async ({ idempotencyKey }) => ({ found: true, value: { status: "complete", url: idempotencyKey } }),
      },
    },
  );
  expectType<Video>()(reply);
  const classify: RetryPolicy["classify"] = (error, { verdict, maybeSent, attempt, elapsed }) =>
    verdict === "final" && !maybeSent && attempt + elapsed > 1 ? "pause" : "reconcile";
  const goesOn: PollOptions<Video>["classify"] = (_error, { attempt, elapsed, maybeSent, verdict }) =>
    verdict === "final" && !maybeSent && attempt + elapsed > 1 ? "fail" : "retry";
  // @ts-expect-error a poll has no items
  const ofItem: PollOptions<Video>["classify"] = (_error, { key }) => (key ? "fail" : "retry");
  void [goesOn, ofItem];
  return settleWithConcurrency([1], 1, async (n) => n, {
    totalTimeout: none,
    idempotencyKey: (n) => n.toFixed(),
    retry: { classify, reconcile: () => ({ found: false }) },
  });
}

export function misuse() {
  // @ts-expect-error when is it done?
  pollUntil(askForVideo, {});
  // @ts-expect-error what is found must be what the call gives
  callPhase<Video>("/api/video", {}, { retry: { reconcile: () => ({ found: true, value: 5 }) } });
  // @ts-expect-error a number is wanted
  processWithConcurrency([1], "2", async (n) => n);
  // @ts-expect-error there is no such option
  processWithConcurrency([1], 2, async (n) => n, { concurrency: 2 });
  // @ts-expect-error nor here
  settleWithConcurrency([1], 2, async (n) => n, { retries: 3 });
  // @ts-expect-error a policy is wanted
  settleWithConcurrency([1], 2, async (n) => n, { retry: 3 });
  // @ts-expect-error neither drains nor aborts
  processWithConcurrency([1], 2, async (n) => n, { onCancel: "wait" });
  // @ts-expect-error a number cannot be gone through
  processWithConcurrency(3, 2, async (n) => n);
  // @ts-expect-error the items are numbers
  processWithConcurrency([1], 2, async (text: string) => text);
  // @ts-expect-error what stands in must be what a task gives
  processWithConcurrency([1], 2, async (n) => n, { skip: () => ({ value: "text" }) });
  // @ts-expect-error there is nothing that says whether there is more
  processPhase(async () => ({ text: "" }));
  // @ts-expect-error a phase has no concurrency
  processPhase(({ startIndex }) => speak(startIndex), { concurrency: 2 });
  // @ts-expect-error not an address
  callPhase(1);
  // @ts-expect-error options are wanted
  init("/sluicegate.wasm");
  // @ts-expect-error there is no such option
  init({ url: "/sluicegate.wasm" });
}
