// Plain runs: nothing is asked for but to call the task and to keep its value. Their places go straight from item to
// item.

import { gate, reasonOf, same, sleep, until } from "./scenario.js";

const range = (count) => Array.from({ length: count }, (_, index) => index);
const turn = () => sleep(0);

/** Tries some times: where the machine stands still within a report, that is a burst, and so few reports are one. */
async function calmly(act) {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

const scenarios = {
  async the_fast_path_starts_items_in_order_within_the_limit_and_loses_none({ processWithConcurrency }) {
    const kinds = [
      (value) => value,
      async (value) => value,
      (value) => ({ then: (resolve) => resolve(value) }),
      (value) => sleep(0).then(() => value),
      async (value) => (await null, await null, value),
      (value) => Object.assign(Promise.resolve(value), { then: (resolve) => (resolve("tampered"), resolve("twice")) }),
    ];
    for (const limit of [1, 2, 3, 7, Infinity]) {
      const starts = [];
      let open = 0;
      let most = 0;
      const task = (item, index, { attempt }) => {
        same([item, attempt], [index, 1]);
        starts.push(index);
        most = Math.max(most, ++open);
        const result = kinds[(index * 7 + (index >> 3)) % kinds.length](`value ${item}`);
        Promise.prototype.then.call(Promise.resolve(result), () => open--);
        return result;
      };
      same(
        await processWithConcurrency(range(200), limit, task),
        range(200).map((item) => `value ${item}`),
      );
      same(starts, range(200));
      // A `then` of the test's own hears of an end a moment later than the run does.
      if (most > 2 * limit) throw new Error(`${most} at once`);
    }
    const { calls, task } = gate();
    const run = processWithConcurrency(range(9), 3, task);
    for (let done = 0; done < 9; done++) {
      await turn();
      same(calls.length, Math.min(9, done + 3));
      calls[done].resolve(done);
    }
    same(await run, range(9));
  },

  async a_failure_in_the_middle_stops_a_plain_run_whether_thrown_or_rejected({ processWithConcurrency }) {
    const fails = [
      () => {
        throw "enough";
      },
      () => Promise.reject("enough"),
      async () => (await null, Promise.reject("enough")),
    ];
    for (const fail of fails) {
      const signals = [];
      let starts = 0;
      const task = async (item, _index, context) => {
        starts++;
        if (item === 0) {
          signals.push(context.signal);
          return new Promise(() => {});
        }
        return item === 50 ? fail() : item;
      };
      // Thrown at once as well: not every task is an async function.
      const thrown = (item, index, context) => (item === 50 ? fail() : task(item, index, context));
      same(await reasonOf(processWithConcurrency(range(100), 2, thrown)), "enough");
      const heard = starts;
      await turn();
      same([heard <= 51, starts - heard, signals.map(({ aborted }) => aborted)], [true, 0, [true]]);
    }
  },

  async an_abort_from_within_a_task_starts_nothing_more({ processWithConcurrency }) {
    for (const limit of [1, 3]) {
      for (const after of [
        () => 1,
        () => {
          throw new Error("then");
        },
        () => new Promise(() => {}),
      ]) {
        const canceller = new AbortController();
        const reason = { why: "enough" };
        let starts = 0;
        const task = (item) => {
          starts++;
          if (item !== 60) return Promise.resolve(item);
          canceller.abort(reason);
          return after();
        };
        const got = await reasonOf(processWithConcurrency(range(500), limit, task, { signal: canceller.signal }));
        const heard = starts;
        await turn();
        same([got === reason, heard, starts], [true, 61, 61]);
      }
    }
  },

  async late_contexts_know_their_own_attempt_only({ processWithConcurrency }) {
    const contexts = [];
    const keep = async (item, _index, context) => {
      contexts.push(context);
      if (item === 3) context.signal;
      return item;
    };
    await processWithConcurrency(range(6), 1, keep);
    same(
      contexts.map(({ attempt, signal }) => [attempt, signal.aborted]),
      range(6).map(() => [1, false]),
    );
    same(new Set(contexts.map(({ idempotencyKey }) => idempotencyKey)).size, 6);
    // Each item that the fast path starts has its own signal.
    const stop = new AbortController();
    /** @type {any[]} */
    const own = [];
    const stay = gate();
    const last = (item, index, context) => (own.push(context), item < 6 ? item : stay.task(item, index, context));
    const stopped = reasonOf(processWithConcurrency(range(9), 1, last, { signal: stop.signal }));
    await turn();
    own[6].signal.onabort = () => own.push("heard");
    stop.abort("enough");
    stay.calls[0].resolve();
    same(
      [await stopped, own.pop(), own.map(({ signal }) => signal.aborted)],
      ["enough", "heard", range(7).map((item) => item === 6)],
    );
    const late = [];
    const canceller = new AbortController();
    const onProgress = ({ fraction }) => late.push(fraction);
    const waiting = gate();
    const task = (item, index, context) => {
      contexts.push(context);
      return item < 6 ? item : waiting.task(item, index, context);
    };
    const run = reasonOf(processWithConcurrency(range(9), 1, task, { signal: canceller.signal, onProgress }));
    await turn();
    const before = late.length;
    contexts[0].report({ fraction: 1 });
    contexts[9].report({ fraction: 1 });
    await turn();
    same(late.length, before);
    contexts.at(-1).report({ fraction: 0.5 });
    await turn();
    same(late.at(-1), 6.5 / 9);
    canceller.abort("enough");
    waiting.calls[0].resolve();
    same(await run, "enough");
    // Asked for only now: what was given up is aborted, what was done is not.
    same([contexts.at(-1).signal.reason, contexts[9].signal.aborted], ["enough", false]);
  },

  async a_single_change_is_reported_at_once_and_a_burst_once_a_turn({ processWithConcurrency }) {
    for (const [count, limit] of [
      [10, 1],
      [10_000, 5],
      [45_000, 100],
    ]) {
      await calmly(() => assertTold(count, limit));
    }
    async function assertTold(count, limit) {
      // Reports of earlier runs count for the same frame.
      await sleep(20);
      const told = [];
      const began = performance.now();
      let turns = 0;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (turns++, port2.postMessage(undefined));
      port2.postMessage(undefined);
      let done = 0;
      const task = async (item) => (done++, item);
      await processWithConcurrency(range(count), limit, task, {
        onProgress: ({ completed, inProgress }) => told.push([completed, inProgress]),
      });
      port1.close();
      const completed = told.map(([completed]) => completed);
      same(
        completed,
        [...completed].sort((a, b) => a - b),
      );
      same([told.at(-1), done], [[count, 0], count]);
      if (told.some(([, inProgress]) => inProgress > limit)) throw new Error("more in progress than there are places");
      if (count === 10)
        same(
          completed.filter((completed, at) => completed !== told[at - 1]?.[0]),
          range(11),
        );
      const frames = (performance.now() - began) / 16;
      const most = 100 * (frames + 1) + turns + 3;
      if (count > 10 && (told.length < 99 || told.length > most))
        throw new Error(`told ${told.length} times in ${turns} turns and ${frames} frames`);
    }
    await calmly(async () => {
      await sleep(20);
      const { calls, task } = gate();
      const told = [];
      const run = processWithConcurrency(range(300), 1, task, { onProgress: ({ completed }) => told.push(completed) });
      let late = 0;
      for (let item = 0; item < 300; item++) {
        while (calls.length <= item) await turn();
        calls[item].resolve();
        await Promise.resolve()
          .then(() => {})
          .then(() => {});
        if (item < 90 && told.at(-1) !== item + 1) late++;
      }
      await run;
      same([late, told.at(-1)], [0, 300]);
    });
  },

  async progress_is_reported_when_a_burst_stops_and_its_run_does_not_end({ processWithConcurrency }) {
    for (const part of [0, 0.5]) {
      await sleep(20);
      const told = [];
      const { calls, task } = gate();
      const stay = (item, index, context) => (part && context.report({ fraction: part }), task(item, index, context));
      const tasks = async (item, index, context) => (item === 150 ? stay(item, index, context) : item);
      const onProgress = ({ completed, inProgress, fraction }) => told.push([completed, inProgress, fraction]);
      const run = processWithConcurrency(range(200), 1, tasks, { onProgress });
      while (calls.length === 0) await turn();
      await until(() => told.at(-1)[0] === 150);
      same(told.at(-1), [150, 1, (150 + part) / 200]);
      calls[0].resolve();
      await run;
      same(told.at(-1), [200, 0, 1]);
    }
  },

  async a_cancel_in_a_burst_counts_what_was_done({ processWithConcurrency }) {
    for (const onCancel of ["abort", "drain"]) {
      await sleep(20);
      const canceller = new AbortController();
      let last;
      const task = async (item) => {
        if (item === 250) canceller.abort("enough");
        return item;
      };
      const options = { signal: canceller.signal, onCancel, onProgress: (progress) => (last = progress) };
      same(await reasonOf(processWithConcurrency(range(300), 1, task, options)), "enough");
      const { completed, cancelled, inProgress } = last;
      same([completed, cancelled, inProgress], onCancel === "drain" ? [251, 49, 0] : [250, 50, 0]);
    }
  },

  async elapsed_is_the_time_of_the_attempt_on_the_fast_path_too({ processWithConcurrency }) {
    const elapsed = [];
    let freed;
    const classify = (_error, context) => (elapsed.push([context.elapsed, performance.now() - freed]), "fail");
    const task = async (item) => {
      if (item === 4) throw "enough";
      await sleep(30);
      freed = performance.now();
    };
    same(await reasonOf(processWithConcurrency(range(9), 1, task, { retry: { attempts: 2, classify } })), "enough");
    // Its place was free only since the item before it had ended; clocks of browsers are coarse.
    same([elapsed.length, elapsed[0][0] <= elapsed[0][1] + 2], [1, true]);
  },

  async a_short_run_does_not_wait_for_a_long_one_and_the_page_has_its_turns({ processWithConcurrency }) {
    const ends = [];
    let painted = false;
    setTimeout(() => (painted = true));
    const seen = [];
    const task = async (item) => {
      if (item % 10_000 === 0) seen.push(painted);
      return item;
    };
    const long = processWithConcurrency(range(100_000), 5, task).then(() => ends.push("long"));
    const short = processWithConcurrency(range(20), 2, async (item) => item, { onProgress() {} }).then(() =>
      ends.push("short"),
    );
    await Promise.all([long, short]);
    same([ends, seen[0], seen.at(-1)], [["short", "long"], false, true]);
  },

  async many_runs_leave_the_page_its_turns({ processWithConcurrency }) {
    let [since, most, alive] = [0, 0, true];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      most = Math.max(most, since);
      since = 0;
      if (alive) port2.postMessage(0);
      else port1.close();
    };
    port2.postMessage(0);
    let open;
    const opened = new Promise((resolve) => (open = resolve));
    const task = (run) => (item) => (since++, item === 0 ? sleep(run) : item === 1 ? opened : item);
    const runs = range(30).map((run) => processWithConcurrency(range(15_000), 1, task(10 + 5 * run)));
    await sleep(250);
    open();
    await Promise.all(runs);
    alive = false;
    // A turn of ours may come between two of those that are counted by.
    if (Math.max(most, since) > 60_100) throw new Error(`${Math.max(most, since)} starts without a turn`);
  },

  async the_fast_path_of_one_run_takes_no_places_of_another({ processWithConcurrency, settleWithConcurrency }) {
    const { calls, task } = gate();
    const slow = processWithConcurrency(range(50_000), 1, (item) => (item === 3 ? task(item) : Promise.resolve(item)));
    while (calls.length === 0) await turn();
    let started = 0;
    const other = settleWithConcurrency(range(50), 50, () => (started++, sleep(0)));
    for (let ticks = 0; ticks < 10; ticks++) await null;
    same(started, 50);
    calls[0].resolve();
    await Promise.all([slow, other]);
  },

  async a_wide_run_makes_no_later_run_slow({ processWithConcurrency }) {
    const items = range(10_000);
    const reporting = async () => {
      const began = performance.now();
      await processWithConcurrency(items, 10, async (item, _index, { report }) => (report({ fraction: 0.5 }), item));
      return performance.now() - began;
    };
    await reporting();
    const before = await reporting();
    await processWithConcurrency(items, Infinity, () => sleep(50));
    // A busy machine makes some runs slow, and not all of them.
    const after = [];
    do after.push(await reporting());
    while (after.length < 10 && after.at(-1) > 8 * before + 50);
    if (after.at(-1) > 8 * before + 50) throw new Error(`${after} ms instead of ${before}`);
  },

  async a_call_from_within_a_task_waits_until_the_task_has_returned({ processWithConcurrency }) {
    const own = new AbortController();
    const log = [];
    let inside = false;
    const task = (item, _index, context) => {
      if (item !== 3) return Promise.resolve(item);
      inside = true;
      const { signal } = context;
      log.push(processWithConcurrency([7], 1, () => log.push(`another task, inside: ${inside}`)));
      own.abort("enough");
      log[0] = `own signal aborted inside: ${signal.aborted}`;
      inside = false;
      return Promise.resolve(item);
    };
    same(await reasonOf(processWithConcurrency(range(5), 1, task, { signal: own.signal })), "enough");
    await turn();
    same(log, ["own signal aborted inside: false", "another task, inside: false"]);
  },

  async the_remaining_time_is_that_of_the_remaining_items({ processWithConcurrency }) {
    const told = [];
    let slow;
    const onProgress = ({ completed, eta }) => told.push([1_040 - completed, eta, performance.now() - slow]);
    const task = async (item) => {
      if (item < 1_000) return item;
      slow ??= performance.now();
      await sleep(30);
    };
    await processWithConcurrency(range(1_040), 2, task, { onProgress });
    // Half of the slow ones are left: they take about as long as the other half has taken on this machine.
    const [, eta, half] = told.filter(([left]) => left === 20).at(-1);
    if (!(eta > 100 && eta < 4 * half)) throw new Error(`${eta} ms, and ${half} ms were needed for as many`);
  },

  async retries_and_plain_items_share_a_run({ processWithConcurrency }) {
    const attempts = [];
    const task = async (item, _index, { attempt, lastError }) => {
      attempts.push(`${item}.${attempt}`);
      if (item % 4 === 1 && attempt < 3) throw Object.assign(new Error("busy"), { status: 503, retryAfterMs: 0 });
      if (attempt === 3) same(lastError.message, "busy");
      return item;
    };
    same(
      await processWithConcurrency(range(20), 2, task, { retry: { attempts: 3, minDelay: 1, jitter: 0 } }),
      range(20),
    );
    same(
      attempts.sort(),
      range(20)
        .flatMap((item) => (item % 4 === 1 ? [1, 2, 3] : [1]).map((attempt) => `${item}.${attempt}`))
        .sort(),
    );
  },
};

export const names = () => Object.keys(scenarios).join(" ");
export const scenario = (name, api) => scenarios[name](api);
