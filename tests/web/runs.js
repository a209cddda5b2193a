// Runs, batches, runs in order, pipelines and limiters. Each scenario throws where it does not hold.

import { gate, same, sleep, until } from "./scenario.js";

const scenarios = {
  async pause_and_resume({ startRun }) {
    const { calls, task } = gate();
    const run = startRun([1, 2, 3], task, { concurrency: 1 });
    await until(() => calls.length === 1);
    run.pause();
    calls[0].resolve("a");
    await run.settled("0");
    await sleep(5);
    same([calls.length, run.state], [1, "paused"]);
    run.resume();
    await until(() => calls.length === 2);
    run.pause();
    calls[1].reject(new Error("b"));
    await run.settled("1");
    run.resume({ retryFailed: true });
    await until(() => calls.length === 3);
    same(calls[2].index, 1);
    calls[2].resolve("b");
    await until(() => calls.length === 4);
    calls[3].resolve("c");
    const report = await run.finished;
    same([report.status, report.values], ["completed", ["a", "b", "c"]]);
  },

  async a_run_paused_by_its_last_item_stays_paused({ startRun }) {
    const fail = () => {
      throw new Error("no");
    };
    const run = startRun([1], fail, { concurrency: 1, onFailure: "pause" });
    await run.settled("0");
    await sleep(5);
    same(run.state, "paused");
    run.resume();
    same((await run.finished).status, "partial");
  },

  async two_clicks_are_one_retry({ startRun }) {
    let calls = 0;
    const run = startRun(["a"], () => ++calls, { concurrency: 1 });
    await run.finished;
    const [first, second] = await Promise.all([
      run.retry("0", { regenerate: true }),
      run.retry("0", { regenerate: true }),
    ]);
    same([calls, first === second, first.value, run.state], [2, true, 2, "finished"]);
    same((await run.retry("0")).value, 2);
    const refused = await run.retry("nobody").catch((error) => error);
    same([refused instanceof RangeError, refused.message.includes("nobody")], [true, true]);
  },

  async a_retry_is_reached_by_cancel({ startRun }) {
    const { calls, task } = gate();
    const run = startRun(["a"], task, { concurrency: 1, onCancel: "abort" });
    await until(() => calls.length === 1);
    calls[0].resolve(1);
    await run.finished;
    const again = run.retry("0", { regenerate: true });
    await until(() => calls.length === 2);
    run.cancel("enough");
    const outcome = await again;
    same(
      [outcome.status, outcome.reason, calls[1].context.signal.reason, run.state],
      ["cancelled", "enough", "enough", "finished"],
    );
  },

  async items_are_cancelled_by_name_and_the_rest_drains({ startRun }) {
    const { calls, task } = gate();
    const run = startRun([0, 1, 2], task, { concurrency: 2 });
    await until(() => calls.length === 2);
    run.cancelItem("0", "x");
    run.cancelItem("2", "y");
    const [zero, two] = await Promise.all([run.settled("0"), run.settled("2")]);
    same([zero.reason, zero.started, two.reason, two.started], ["x", true, "y", false]);
    run.cancel();
    same(run.state, "cancelling");
    calls[1].resolve("kept");
    const report = await run.finished;
    same([report.status, report.values], ["cancelled", ["kept"]]);
  },

  async items_are_added_and_outcomes_iterated({ startRun }) {
    const { calls, task } = gate();
    const run = startRun([0], task, { concurrency: 1, open: true });
    run.add([1, 2]);
    await until(() => calls.length === 1);
    run.setConcurrency(3);
    await until(() => calls.length === 3);
    run.end();
    [2, 0, 1].forEach((index) => calls[index].resolve(index));
    const order = [];
    for await (const outcome of run) order.push(outcome.index);
    same(order, [2, 0, 1]);
  },

  async a_snapshot_changes_only_when_something_did({ startRun }) {
    const { calls, task } = gate();
    const run = startRun(["x"], task, { concurrency: 1 });
    let changes = 0;
    const unsubscribe = run.subscribe(() => changes++);
    await until(() => calls.length === 1 && changes > 0);
    const before = run.snapshot;
    same([before === run.snapshot, before.items[0].status], [true, "running"]);
    calls[0].context.report({ fraction: 0.5, data: "half" });
    await until(() => run.snapshot !== before);
    same(
      [run.snapshot.items[0].fraction, run.snapshot.items[0].data, run.snapshot.progress.fraction],
      [0.5, "half", 0.5],
    );
    unsubscribe();
    const heard = changes;
    calls[0].resolve(1);
    await run.finished;
    same([changes, run.snapshot.items[0].status, before.items[0].status], [heard, "fulfilled", "running"]);
  },

  async batches_have_a_barrier_and_a_frozen_context({ startBatches }) {
    const { calls, task } = gate();
    const run = startBatches([1, 2, 3, 4, 5], 2, task, {});
    await until(() => calls.length === 2);
    calls[1].resolve("b");
    await sleep(5);
    same(calls.length, 2);
    calls[0].resolve("a");
    await until(() => calls.length === 4);
    const [, , third, fourth] = calls;
    same([third.context.completed, Object.isFrozen(third.context.completed)], [["a", "b"], true]);
    same(third.context.completed === fourth.context.completed, true);
    third.resolve("c");
    fourth.reject(new Error("d"));
    await until(() => calls.length === 5);
    same(calls[4].context.completed, ["a", "b", "c"]);
    calls[4].resolve("e");
    const report = await run.finished;
    same([report.status, report.values], ["partial", ["a", "b", "c", "e"]]);
  },

  async in_order_prepares_ahead_and_threads_the_carry({ startInOrder }) {
    const prepare = gate();
    const log = [];
    let broken = true;
    const commit = (item, prepared, carry) => {
      log.push(`${item}:${prepared}:${carry}`);
      if (item === 1 && broken) throw new Error("no speech");
      return { value: item, carry: carry + item };
    };
    const run = startInOrder([0, 1, 2], { concurrency: 3, prepare: prepare.task, commit, carry: "" });
    await until(() => prepare.calls.length === 3);
    prepare.calls[1].resolve("p1");
    await sleep(5);
    same(log, []);
    prepare.calls[0].resolve("p0");
    await run.settled("1");
    prepare.calls[2].resolve("p2");
    await sleep(5);
    same([run.state, log], ["paused", ["0:p0:", "1:p1:0"]]);
    broken = false;
    same((await run.retry("1")).value, 1);
    run.resume();
    same((await run.finished).values, [0, 1, 2]);
    same([log.slice(2), prepare.calls.length], [["1:p1:0", "2:p2:01"], 3]);
  },

  async in_order_at_concurrency_1_is_serial({ startInOrder }) {
    const log = [];
    const prepare = async (item) => log.push(`p${item}`);
    const commit = async (item) => {
      log.push(`c${item}`);
      return { value: item, carry: 0 };
    };
    await startInOrder([0, 1, 2], { concurrency: 1, prepare, commit, carry: 0 }).finished;
    same(log.join(" "), "p0 c0 p1 c1 p2 c2");
  },

  async pipelines_thread_skip_weigh_and_resume({ startPipeline }) {
    const phases = [
      { name: "script", weight: 10, run: () => "S" },
      { name: "audio", weight: 40, skip: async () => true, run: () => "never" },
      { name: "images", weight: 50, run: ({ script }) => `${script}I` },
    ];
    const values = async (options) => (await startPipeline(phases, options).finished).values;
    same(await values(undefined), ["S", "SI"]);
    same(await values({ from: "images", outputs: { script: "T" } }), ["T", "TI"]);
    const broken = [phases[0], { name: "audio", run: () => Promise.reject(new Error("down")) }, phases[2]];
    const report = await startPipeline(broken, undefined).finished;
    same(
      [report.status, report.outcomes.map(({ status }) => status)],
      ["failed", ["fulfilled", "rejected", "cancelled"]],
    );
  },

  async a_limiter_is_shared_and_its_place_borrowed({ startRun, limiter, runLimited }) {
    const shared = limiter({ limit: 2 });
    let now = 0;
    let most = 0;
    const task = async () => {
      most = Math.max(most, ++now);
      await sleep(1);
      now--;
    };
    const runs = [0, 1].map(() => startRun([1, 2, 3, 4], task, { concurrency: 4, limiter: shared }));
    await Promise.all([...runs.map((run) => run.finished), runLimited(shared, task, {})]);
    same([most, shared.inFlight, shared.waiting], [2, 0, 0]);
    const one = limiter({ limit: 1 });
    same(await runLimited(one, ({ signal }) => runLimited(one, () => 7, { signal }), {}), 7);
  },

  async a_429_cools_all_who_share_a_limiter({ startRun, limiter, runLimited }) {
    const shared = limiter({ limit: 4, adaptive: true });
    let refused;
    const busy = async () => {
      await sleep(1); // all four are one burst
      refused ??= performance.now();
      throw Object.assign(new Error("busy"), { status: 429, retryAfter: 60 });
    };
    await startRun([1, 2, 3, 4], busy, { concurrency: 4, limiter: shared }).finished;
    same(shared.limit, 2);
    await runLimited(shared, () => 1, {});
    if (performance.now() - refused < 59) throw new Error("not cooled");
  },

  async steps_are_bought_once({ startRun }) {
    let bought = 0;
    const task = async (item, index, context) => {
      const key = await context.step("content", (inner) => (bought++, inner.idempotencyKey));
      if (context.attempt < 3) throw Object.assign(new Error("no speech"), { status: 503 });
      return key === `${context.idempotencyKey}/content`;
    };
    const report = await startRun([1], task, { concurrency: 1, retry: { attempts: 3, minDelay: 1 } }).finished;
    same([bought, report.values], [1, [true]]);
  },

  async silence_is_a_timeout({ startRun }) {
    const task = async (_item, _index, { report }) => {
      // Due before the silence is over, however late both are noticed.
      await sleep(100);
      report({ fraction: 0.1 });
      return new Promise(() => {});
    };
    const run = startRun([1], task, { concurrency: 1, idleTimeout: 300 });
    const outcome = await run.settled("0");
    same([outcome.reason.name, outcome.elapsed >= 395], ["TimeoutError", true]);
  },

  async a_traced_attempt_is_a_measure({ startRun }) {
    performance.clearMeasures();
    await startRun(["a"], () => 1, { concurrency: 1, trace: true, key: () => "traced" }).finished;
    const [measure] = /** @type {PerformanceMeasure[]} */ (performance.getEntriesByName("traced #1"));
    same(measure.detail.devtools.track, "sluicegate");
  },

  async arguments_are_refused_at_once({ startRun, startBatches, startInOrder, startPipeline, limiter }) {
    /** @type {[string, () => unknown][]} */
    const refusals = [
      ["concurrency", () => startRun([1], () => 1, {})],
      ["open", () => startRun([1], () => 1, { concurrency: 1, open: "yes" })],
      ["limiter", () => startRun([1], () => 1, { concurrency: 1, limiter: {} })],
      ["batchSize", () => startBatches([1], 0, () => 1, {})],
      ["commit", () => startInOrder([1], {})],
      ["onStepFailure", () => startInOrder([1], { commit: () => 1, onStepFailure: 5 })],
      ["phases[0].run", () => startPipeline([{ name: "a" }], {})],
      ["from", () => startPipeline([{ name: "a", run: () => 1 }], { from: "b" })],
      ["limit", () => limiter({ limit: 0.5 })],
      ["adaptive.min", () => limiter({ limit: 2, adaptive: { min: 5 } })],
    ];
    for (const [name, act] of refusals) {
      let error;
      try {
        act();
      } catch (thrown) {
        error = thrown;
      }
      same([name, error instanceof TypeError, error?.message.includes(`\`${name}\``)], [name, true, true]);
    }
  },
};

export const scenario = (name, api) => scenarios[name](api);
export const names = () => Object.keys(scenarios).join(" ");
