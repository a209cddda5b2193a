// Handles: late commands, commands from callbacks, callbacks that throw, bad arguments.

import { failure, gate, reasonOf, same, sleep, until } from "./scenario.js";

const range = (count) => Array.from({ length: count }, (_, index) => index);

/** Returns the result of `work`, and the errors that were reported as uncaught meanwhile. */
async function withReports(work) {
  const reports = [];
  const before = globalThis.reportError;
  globalThis.reportError = (error) => reports.push(String(error));
  try {
    return [await work(), reports];
  } finally {
    globalThis.reportError = before;
  }
}

/** The message of what it throws at once. */
function refused(call) {
  try {
    call();
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  throw new Error(`not refused: ${call}`);
}

const includes = (text, part) => {
  if (!text.includes(part)) throw new Error(`${text} without ${part}`);
};

/** A server of chunks, one index each, and what it was asked for. */
function chunkServer(count, asked = []) {
  const call = async ({ startIndex }) => {
    asked.push(startIndex);
    return { n: startIndex, hasMore: startIndex + 1 < count, nextStartIndex: startIndex + 1 };
  };
  return { asked, call };
}

const scenarios = {
  async a_command_during_the_last_notification_is_carried_out({ limiter: makeLimiter, runLimited, startRun }) {
    const limiter = makeLimiter({ limit: 1 });
    let calls = 0;
    const task = async () => {
      if (++calls === 1) throw new Error("first");
      return "second";
    };
    const run = startRun([1], task, { concurrency: 1, limiter });
    let again;
    run.subscribe(() => {
      if (run.state === "finished") again ??= run.retry("0");
    });
    same((await run.finished).status, "partial");
    same([(await again).value, calls, run.snapshot.items[0].status], ["second", 2, "fulfilled"]);
    await until(() => limiter.inFlight === 0);
    same(await runLimited(limiter, () => "free"), "free");
  },

  async a_cancel_after_the_last_item_comes_too_late({ startRun }) {
    for (const cancel of ["cancel", "abort"]) {
      const canceller = new AbortController();
      const onProgress = ({ completed }) => {
        if (completed === 2) cancel === "cancel" ? run.cancel() : canceller.abort();
      };
      const run = startRun([1, 2], async (item) => item, { concurrency: 1, onProgress, signal: canceller.signal });
      same([(await run.finished).status, run.state], ["completed", "finished"]);
    }
  },

  async items_are_added_all_or_none({ startRun }) {
    const called = [];
    const run = startRun([], async (item) => called.push(item), { concurrency: 1, open: true, key: (item) => item });
    includes(
      refused(() => run.add(["a", "b", "a"])),
      '"a" twice',
    );
    function* broken() {
      yield "x";
      throw new TypeError("broken");
    }
    same(
      refused(() => run.add(broken())),
      "broken",
    );
    run.add(["b", "c"]);
    run.end();
    same([(await run.finished).status, called], ["completed", ["b", "c"]]);
  },

  async items_that_are_added_start_where_places_are_free({ startRun }) {
    const { calls, task } = gate();
    const run = startRun(["a"], task, { concurrency: 3, open: true });
    await until(() => calls.length === 1);
    run.add(["b", "c", "d"]);
    await until(() => calls.length === 3);
    calls[1].resolve();
    await until(() => calls.length === 4);
    run.end();
    for (const { resolve } of calls) resolve();
    same((await run.finished).status, "completed");
  },

  async an_abort_after_the_end_of_the_source_ends_the_run({ settleWithConcurrency }) {
    const sources = [
      function* () {
        yield* [1, 2];
      },
      async function* () {
        yield* [1, 2];
      },
    ];
    for (const source of sources) {
      const canceller = new AbortController();
      const { calls, task } = gate();
      const run = settleWithConcurrency(source(), 3, task, { signal: canceller.signal, onCancel: "abort" });
      await until(() => calls.length === 2);
      await sleep(5);
      canceller.abort("enough");
      const { status, outcomes } = await run;
      same(
        [status, outcomes.map(({ status, reason }) => [status, reason])],
        [
          "cancelled",
          [
            ["cancelled", "enough"],
            ["cancelled", "enough"],
          ],
        ],
      );
    }
  },

  async a_call_that_is_aborted_in_the_queue_uses_up_no_start_of_the_limiter({ limiter: makeLimiter, runLimited }) {
    const limiter = makeLimiter({ limit: 9, stagger: 200 });
    const other = makeLimiter({ limit: 9, stagger: 200 });
    const order = [];
    await runLimited(limiter, () => 1);
    await runLimited(other, () => 1);
    const canceller = new AbortController();
    const gone = Array.from({ length: 5 }, () => reasonOf(runLimited(limiter, () => 1, { signal: canceller.signal })));
    const last = runLimited(limiter, () => order.push("last"));
    // Another queue with the same stagger is the clock: a call that waits for the removed ones starts after its third.
    const others = [1, 2, 3].map((start) => runLimited(other, () => order.push(`other ${start}`)));
    await sleep(5);
    canceller.abort("enough");
    same(await Promise.all(gone), Array(5).fill("enough"));
    await Promise.all([last, ...others]);
    same(order.indexOf("last") < order.indexOf("other 3"), true);
    same([limiter.waiting, limiter.inFlight], [0, 0]);
  },

  async a_listener_that_throws_harms_no_other({ startRun }) {
    let heard = 0;
    const throwing = (what) => () => {
      throw new Error(what);
    };
    const [, reports] = await withReports(async () => {
      const run = startRun([1], async () => 1, { concurrency: 1, onProgress: throwing("mine") });
      run.subscribe(throwing("listener"));
      run.subscribe(() => heard++);
      await run.finished;
      includes(
        refused(() => run.subscribe(5)),
        "`listener`",
      );
    });
    same([heard > 0, new Set(reports)].map(String), ["true", "[object Set]"]);
    same([...new Set(reports)].sort(), ["Error: listener", "Error: mine"]);
  },

  async a_snapshot_says_what_was_just_asked_for({ startRun }) {
    const { calls, task } = gate();
    const run = startRun([1], task, { concurrency: 1 });
    await until(() => calls.length === 1);
    same(run.snapshot.state, "running");
    run.pause();
    same([run.state, run.snapshot.state], ["paused", "paused"]);
    run.resume();
    calls[0].resolve(1);
    const { outcomes } = await run.finished;
    same([Object.isFrozen(outcomes[0]), Object.isFrozen(run.snapshot.items[0])], [true, true]);
  },

  async many_changes_are_one_notification({ startRun }) {
    let [told, heard] = [0, 0];
    const run = startRun(range(5_000), async (item) => item, { concurrency: 5, onProgress: () => told++ });
    run.subscribe(() => {
      heard++;
      same(run.snapshot.items.length, 5_000);
    });
    await run.finished;
    if (told > 1_000 || heard > 1_000) throw new Error(`told ${told} times, heard ${heard} times`);
    same(run.snapshot.progress.completed, 5_000);
  },

  async retries_without_a_wait_leave_the_page_its_turns({ settleWithConcurrency }) {
    const canceller = new AbortController();
    // A page that gets no turns never comes to the third.
    (async () => {
      for (let turns = 0; turns < 3; turns++) await sleep(0);
      canceller.abort();
    })();
    let attempts = 0;
    const task = () => {
      attempts++;
      throw failure(503);
    };
    const retry = { attempts: Infinity, delay: () => 0 };
    await settleWithConcurrency([1], 1, task, { retry, signal: canceller.signal });
    if (attempts > 1_000) throw new Error(`${attempts} attempts before the abort`);
  },

  async the_answers_of_skip_and_on_failure_are_checked({ settleWithConcurrency }) {
    const skips = [async () => true, () => ({}), () => []];
    for (const skip of skips) {
      const { status, outcomes } = await settleWithConcurrency([1], 1, () => 1, { skip });
      same([status, outcomes[0].reason instanceof TypeError], ["partial", true]);
      includes(outcomes[0].reason.message, "`skip`");
    }
    for (const said of ["bogus", undefined, Promise.resolve("stop")]) {
      const task = () => {
        throw new Error("no");
      };
      const [report, reports] = await withReports(() =>
        settleWithConcurrency([1, 2, 3], 1, task, { onFailure: () => said }),
      );
      same([report.status, reports.length], ["failed", 1]);
      includes(reports[0], "`onFailure`");
    }
  },

  async modes_refuse_what_they_cannot_do_at_once({ startBatches, startInOrder, startPhase, startPipeline }) {
    async function* later() {
      yield 1;
    }
    includes(
      refused(() => startBatches(later(), 2, () => 1)),
      "`items`",
    );
    includes(
      refused(() => startInOrder(later(), { commit: () => 1, carry: 0 })),
      "`items`",
    );
    const phases = [startPhase(chunkServer(1).call), startPipeline([{ name: "a", run: () => 1 }])];
    for (const run of phases)
      includes(
        refused(() => run.setConcurrency(2)),
        "`setConcurrency`",
      );
    same(
      (await Promise.all(phases.map(({ finished }) => finished))).map(({ status }) => status),
      ["completed", "completed"],
    );
  },

  async progress_of_a_phase_that_throws_harms_nothing({ startPhase }) {
    const broken = () => {
      throw new Error("mine");
    };
    const [report, reports] = await withReports(
      () => startPhase(chunkServer(2).call, { stagger: 0, progress: broken }).finished,
    );
    same([report.status, report.values.length, reports], ["completed", 2, ["Error: mine", "Error: mine"]]);
  },

  async a_policy_that_would_never_end_is_refused({ retry, startRun }) {
    includes(
      refused(() => startRun([1], () => 1, { concurrency: 1, stagger: Infinity })),
      "`stagger`",
    );
    const task = () => {
      throw failure(503);
    };
    const [reason, reports] = await withReports(() => reasonOf(retry(task, { delay: () => Infinity })));
    same([reason.message, reports.length], ["status 503", 1]);
    includes(reports[0], "`retry.delay`");
    includes((await reasonOf(retry(({ step }) => step("a")))).message, "`work`");
  },

  async a_failure_of_the_source_is_no_failure_of_an_item({ settleWithConcurrency }) {
    const source = (fails) =>
      (function* () {
        yield 1;
        if (fails) yield 2;
        throw new Error("source");
      })();
    const task = async (item) => (item === 2 ? Promise.reject(new Error("item")) : item);
    const reports = [
      await settleWithConcurrency(source(false), 1, task),
      await settleWithConcurrency(source(true), 1, task),
    ];
    same(
      reports.map(({ error }) => [error.message, error.errors.length]),
      [
        ["no item failed, but their source did", 1],
        ["1 of 2 items failed, but their source did", 2],
      ],
    );
  },

  async an_error_whose_properties_throw_is_an_outcome({ retry, settleWithConcurrency }) {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const task = () => {
      throw proxy;
    };
    const { status, outcomes } = await settleWithConcurrency([1], 1, task, { retry: { attempts: 2, minDelay: 1 } });
    same([status, outcomes[0].status, outcomes[0].reason === proxy], ["partial", "rejected", true]);
    same((await retry(task).catch((error) => error === proxy)) === true, true);
  },

  async an_error_of_next_ends_the_phase({ startPhase }) {
    for (const thrown of [undefined, null, new Error("mine")]) {
      const { asked, call } = chunkServer(9);
      const next = () => {
        throw thrown;
      };
      const { status, values, error } = await startPhase(call, { stagger: 0, startIndex: 0, next }).finished;
      same([status, values.length, error.errors[0] === thrown, asked], ["failed", 1, true, [0]]);
    }
  },

  async a_body_is_sent_as_it_is_or_as_json_or_refused({ callPhase }) {
    const sent = [];
    const fetch = async (url, init) => (sent.push(init.body), new Response("{}"));
    const raw = [new FormData(), new Blob(["x"]), new URLSearchParams("a=1"), new ArrayBuffer(1)];
    for (const body of raw) await callPhase("/x", body, { fetch });
    same(
      sent.splice(0).map((body, at) => body === raw[at]),
      [true, true, true, true],
    );
    const bodies = [() => 1, new Map([["a", 1]]), Promise.resolve({}), new Error("x")];
    const reason = (url, body) => reasonOf((async () => callPhase(url, body, { fetch }))());
    for (const body of bodies) includes((await reason("/x", body)).message, "`body`");
    includes((await reason({}, {})).message, "`url`");
    await callPhase(new URL("http://localhost/x"), { a: 1 }, { fetch });
    same(sent, ['{"a":1}']);
  },
};

export const names = () => Object.keys(scenarios).join(" ");
export const scenario = (name, api) => scenarios[name](api);
