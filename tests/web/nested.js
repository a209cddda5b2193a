// Nested calls of one limiter. Each scenario throws where it does not hold.

import { failure, gate, reasonOf, same, sleep, until } from "./scenario.js";

/** Work that counts how much of it is going on at once: calls that only wait for others are none. */
function workshop() {
  const shop = { now: 0, most: 0, done: 0 };
  const work = async () => {
    shop.most = Math.max(shop.most, ++shop.now);
    await sleep(2);
    shop.now--;
    return ++shop.done;
  };
  return { shop, work };
}

/** The promise, or "never": a call that waits for itself would wait for ever. */
const soon = (promise) => Promise.race([promise, sleep(20_000).then(() => "never")]);

const scenarios = {
  async a_nested_call_outlasts_a_cooldown_of_a_full_limiter({ limiter, runLimited }) {
    const one = limiter({ limit: 1 });
    const began = performance.now();
    const outer = ({ signal }) => {
      one.cooldown(50);
      return runLimited(one, () => 7, { signal });
    };
    same(await soon(runLimited(one, outer, {})), 7);
    if (performance.now() - began < 45) throw new Error("not cooled");
  },

  async concurrent_nested_calls_share_the_parent_place({ limiter, runLimited, processWithConcurrency }) {
    for (const limit of [1, 2, 3]) {
      const shared = limiter({ limit });
      const { shop, work } = workshop();
      const outer = ({ signal }) =>
        Promise.all([
          runLimited(shared, work, { signal }),
          runLimited(shared, work, { signal }),
          processWithConcurrency([1, 2, 3], 2, work, { limiter: shared, signal }),
        ]);
      await soon(runLimited(shared, outer, {}));
      same([shop.done, shop.most, shared.inFlight, shared.waiting], [5, limit, 0, 0]);
    }
  },

  async many_calls_with_nested_calls_never_exceed_the_limit_and_all_end({ limiter, runLimited, startRun }) {
    const shared = limiter({ limit: 3 });
    const { shop, work } = workshop();
    const task = async (_item, _index, { signal }) => {
      await runLimited(shared, work, { signal });
      await Promise.all([1, 2, 3].map(() => runLimited(shared, work, { signal })));
    };
    const runs = [1, 2].map(() => startRun(Array(10).fill(0), task, { concurrency: 4, limiter: shared }));
    same(await soon(Promise.all(runs.map(({ finished }) => finished.then(({ status }) => status)))), [
      "completed",
      "completed",
    ]);
    same([shop.done, shop.most, shared.inFlight, shared.waiting], [80, 3, 0, 0]);
  },

  async calls_nest_to_any_depth_in_one_place({ limiter, runLimited, startRun, retry, pollUntil }) {
    const one = limiter({ limit: 1 });
    const { shop, work } = workshop();
    const flaky = ({ signal, attempt }) =>
      runLimited(one, work, { signal }).then((value) => {
        if (attempt < 3) throw failure(503, { retryAfter: 1 });
        return value;
      });
    const middle = async (_item, _index, context) => {
      const { signal } = context;
      await runLimited(one, (inner) => runLimited(one, work, { signal: inner.signal }), { signal });
      await retry(flaky, { attempts: 3, minDelay: 1, classify: () => "retry" }, { limiter: one, signal });
      return pollUntil(work, { done: () => true, limiter: one, context });
    };
    // The run between them has no limiter of its own.
    const outer = async ({ signal }) => (await startRun([1, 2, 3], middle, { concurrency: 3, signal }).finished).status;
    same(
      [await soon(runLimited(one, outer, {})), shop.most, shop.done, one.inFlight, one.waiting],
      ["completed", 1, 15, 0, 0],
    );
  },

  async a_signal_gives_no_parent_place_after_its_call_has_settled({ limiter, runLimited, startRun }) {
    const one = limiter({ limit: 1 });
    let kept;
    await runLimited(one, ({ signal }) => void (kept = signal), {});
    const { calls, task } = gate();
    const busy = runLimited(one, () => task(), {});
    await until(() => calls.length === 1);
    const late = runLimited(one, () => "late", { signal: kept });
    await sleep(5);
    same(one.waiting, 1);
    calls[0].resolve("busy");
    same([await busy, await late], ["busy", "late"]);
    // Nor while its item waits for another attempt.
    const signals = [];
    const fails = (_item, _index, { signal, attempt }) => {
      signals.push(signal);
      if (attempt === 1) throw failure(503, { retryAfter: 1 });
      return task();
    };
    const run = startRun([1], fails, { concurrency: 1, limiter: one, retry: { attempts: 2, minDelay: 1 } });
    await until(() => calls.length === 2);
    const stale = runLimited(one, () => "stale", { signal: signals[0] });
    await sleep(5);
    same(one.waiting, 1);
    calls[1].resolve(2);
    same([(await run.finished).values, await stale], [[2], "stale"]);
  },

  async a_nested_call_that_outlives_its_parent_keeps_the_place({ limiter, runLimited }) {
    const one = limiter({ limit: 1 });
    const { calls, task } = gate();
    const left = [];
    await runLimited(
      one,
      async ({ signal }) => {
        left.push(
          runLimited(one, () => task(), { signal }),
          runLimited(one, () => task(), { signal }),
        );
        await until(() => calls.length === 1);
      },
      {},
    );
    left.push(runLimited(one, () => task(), { priority: 1 }));
    for (const started of [1, 2, 3]) {
      await until(() => calls.length === started);
      await sleep(5);
      same([calls.length, one.inFlight, one.waiting], [started, 1, 3 - started]);
      calls[started - 1].resolve(started);
    }
    // The one that was left behind waits in its turn.
    same([await Promise.all(left), one.inFlight, one.waiting], [[1, 3, 2], 0, 0]);
  },

  async a_cancel_returns_the_parent_place({ limiter, runLimited }) {
    const one = limiter({ limit: 1 });
    const { calls, task } = gate();
    const controller = new AbortController();
    const outer = ({ signal }) => Promise.all([1, 2, 3].map(() => runLimited(one, () => task(), { signal })));
    const cancelled = runLimited(one, outer, { signal: controller.signal });
    await until(() => calls.length === 1);
    controller.abort("enough");
    same(await reasonOf(cancelled), "enough");
    const next = runLimited(one, () => "next", {});
    await sleep(5);
    same([calls.length, one.inFlight, one.waiting], [1, 1, 1]); // its task ignores the signal and goes on
    calls[0].resolve();
    same([await soon(next), one.inFlight, one.waiting], ["next", 0, 0]);
  },

  async the_signal_of_a_cancel_gives_the_parent_place_too({ limiter, runLimited, startRun }) {
    const one = limiter({ limit: 1 });
    const { shop, work } = workshop();
    const kept = [];
    const task = async (_item, _index, context) => {
      kept.push(context.cancelled);
      same(context.cancelled === kept.at(-1), true);
      await Promise.all([1, 2].map(() => runLimited(one, work, { signal: context.cancelled })));
      return context.step("more", (inner) => runLimited(one, work, { signal: inner.cancelled }));
    };
    const run = startRun([1, 2], task, { concurrency: 2, limiter: one });
    same([(await soon(run.finished)).status, shop.most, shop.done, one.inFlight], ["completed", 1, 6, 0]);
    // Each signal belongs to one attempt, and gives no parent place when the attempt has ended.
    const { calls, task: hold } = gate();
    const busy = runLimited(one, () => hold(), {});
    await until(() => calls.length === 1);
    const late = kept.map((signal) => runLimited(one, work, { signal }));
    await sleep(5);
    same(one.waiting, 2);
    calls[0].resolve();
    await Promise.all([busy, ...late]);
    const waiting = startRun(
      [1],
      (_item, _index, { cancelled }) => runLimited(one, () => hold(), { signal: cancelled }),
      { concurrency: 1, limiter: one },
    );
    await until(() => calls.length === 2);
    waiting.cancel("enough");
    same([(await soon(waiting.finished)).status, calls[1].context], ["cancelled", undefined]);
    calls[1].resolve();
    await until(() => one.inFlight === 0);
  },

  async an_object_shaped_like_a_limiter_is_refused_at_once({ startRun, limiter }) {
    for (const limiter of [{ gate: 0 }, { gate: -1, limit: 5 }, Object.create({ gate: 0 }), [], null, 5]) {
      let error;
      try {
        startRun([1], () => 1, { concurrency: 1, limiter });
      } catch (thrown) {
        error = thrown;
      }
      same([error?.name, error?.message.includes("`limiter`")], ["TypeError", true]);
    }
    same((await startRun([1], () => 1, { concurrency: 1, limiter: limiter({}) }).finished).values, [1]);
  },
};

export const scenario = (name, api) => scenarios[name](api);
export const names = () => Object.keys(scenarios).join(" ");
