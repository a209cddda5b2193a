// Polls (R20); each throws where it does not hold.

import { failure, gate, reasonOf, same, sleep, until } from "./scenario.js";

const isDone = ({ status }) => status === "complete";
const processing = (more) => ({ status: "processing", ...more });

/** Replies one after the other, the last again and again; errors are thrown. Notes when it was asked. */
function server(...replies) {
  const asked = [];
  const ask = (context) => {
    asked.push({ at: performance.now(), context });
    const reply = replies[Math.min(asked.length, replies.length) - 1];
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { ask, asked, gaps: () => asked.slice(1).map(({ at }, index) => at - asked[index].at) };
}

const scenarios = {
  async asks_until_the_reply_that_is_wanted_one_at_a_time({ pollUntil }) {
    const { calls, task } = gate();
    const poll = pollUntil(task, { done: isDone, interval: 1 });
    await until(() => calls.length === 1);
    await sleep(10);
    same(calls.length, 1);
    calls[0].resolve(processing());
    await until(() => calls.length === 2);
    calls[1].resolve({ status: "complete", url: "u" });
    same(await poll, { status: "complete", url: "u" });
    await sleep(10);
    same(calls.length, 2);
  },

  async the_wait_is_the_callers_or_the_servers({ pollUntil }) {
    const { ask, gaps } = server(
      processing(),
      processing({ retryAfterMs: 40 }),
      processing({ retry_after_seconds: 0.06 }),
      processing({ wait: 80 }),
      { status: "complete" },
    );
    await pollUntil(ask, { done: isDone, interval: ({ wait = 20 }) => wait });
    // A busy machine may wait longer. The package on fake timers is asked to the millisecond.
    gaps().forEach((gap, index) => same([index, gap >= [20, 40, 60, 80][index] - 1], [index, true]));
  },

  async errors_in_a_row_end_it_and_a_reply_starts_the_count_anew({ pollUntil }) {
    const busy = failure(503);
    const { ask, asked } = server(
      busy,
      busy,
      processing(),
      failure(500),
      new TypeError("Failed to fetch"),
      failure(502),
      { status: "complete" },
    );
    const error = await reasonOf(pollUntil(ask, { done: isDone, interval: 1 }));
    same([error.name, error.attempts, error.cause.status, asked.length], ["RetryError", 3, 502, 6]);
    same([asked[1].context.lastError === busy, asked[2].context.attempt], [true, 3]);
    const single = server(busy);
    same(await reasonOf(pollUntil(single.ask, { done: isDone, maxConsecutiveErrors: 1 })), busy);
  },

  async an_error_that_no_other_ask_can_mend_ends_it_at_once({ pollUntil }) {
    for (const error of [failure(401), failure(400)]) {
      const { ask, asked } = server(error);
      same([(await reasonOf(pollUntil(ask, { done: isDone }))) === error, asked.length], [true, 1]);
    }
    for (const options of [
      { done: (/** @type {any} */ reply) => reply.missing.x },
      { done: isDone, interval: () => NaN },
    ]) {
      same((await reasonOf(pollUntil(() => processing(), options))).name, "TypeError");
    }
  },

  async an_error_that_says_nothing_of_the_server_is_tolerated_like_a_lost_ask({ pollUntil }) {
    const error = new TypeError("x is undefined");
    const { ask, asked } = server(error, error, error);
    const { name, cause } = await reasonOf(pollUntil(ask, { done: isDone, interval: 1 }));
    same([name, cause === error, asked.length], ["RetryError", true, 3]);
  },

  async an_ask_that_was_repeated_inside_counts_as_one_error({ pollUntil, callPhase }) {
    let calls = 0;
    const fetch = async () =>
      new Response(JSON.stringify(calls > 3 ? { status: "complete" } : {}), { status: ++calls > 4 ? 200 : 503 });
    const ask = () => callPhase("/status", undefined, { method: "GET", fetch, retry: { attempts: 2, minDelay: 1 } });
    same(await pollUntil(ask, { done: isDone, interval: 1 }), { status: "complete" });
    same(calls, 5);
  },

  async the_whole_time_is_limited_also_in_the_midst_of_an_ask({ pollUntil }) {
    const { calls, task } = gate();
    // No ask ever ends: only the time for the whole poll can end it.
    const error = await reasonOf(pollUntil(task, { done: isDone, timeout: 40 }));
    same([error.name, error.message], ["TimeoutError", "The poll took longer than 40 ms"]);
    same([calls.length, calls[0].item.signal.reason === error], [1, true]);
    const waiting = await reasonOf(pollUntil(() => processing(), { done: isDone, interval: 1e6, timeout: 30 }));
    same(waiting.name, "TimeoutError");
  },

  async silence_is_replies_that_do_not_differ({ pollUntil }) {
    let n = 0;
    let changed;
    const ask = () => {
      if (++n <= 20) changed = performance.now();
      return processing({ percent: Math.min(n, 20) });
    };
    // Long enough for a machine that stands still between two asks.
    const error = await reasonOf(pollUntil(ask, { done: isDone, interval: 5, idleTimeout: 800 }));
    same([error.name, n > 20, performance.now() - changed >= 799], ["TimeoutError", true, true]);
  },

  async replies_that_have_nothing_to_say_are_silence_too({ pollUntil }) {
    for (const reply of [undefined, null, ""]) {
      same(
        (await reasonOf(pollUntil(() => reply, { done: () => false, interval: 5, idleTimeout: 40 }))).name,
        "TimeoutError",
      );
    }
    const error = await reasonOf(pollUntil(() => 1, { done: async () => false, interval: 5 }));
    same([error.name, error.message.includes("`done`")], ["TypeError", true]);
  },

  async a_push_does_not_hurry_a_server_in_trouble({ pollUntil }) {
    let push;
    const { ask, asked } = server(failure(429, { retryAfter: 300 }), { status: "complete" });
    const poll = pollUntil(ask, { done: isDone, interval: 1, wake: (poke) => void (push = poke) });
    await until(() => asked.length === 1);
    push();
    await sleep(0);
    push();
    await poll;
    same([asked.length, asked[1].at - asked[0].at >= 299], [2, true]);
  },

  async a_computer_that_slept_has_waited_all_the_same({ pollUntil }) {
    const { now } = Date;
    const { ask, asked } = server(processing());
    const sleepsAfterwards = () => {
      const reply = ask();
      // Due before the next ask, however late both come.
      setTimeout(() => (Date.now = () => now() + 3_600_000));
      return reply;
    };
    const poll = pollUntil(sleepsAfterwards, { done: isDone, interval: 20, timeout: 60_000 });
    const error = await reasonOf(poll).finally(() => (Date.now = now));
    same([error.name, asked.length], ["TimeoutError", 1]);
    // A clock that is set back stretches nothing.
    const back = pollUntil(ask, { done: isDone, interval: 5, timeout: 50 });
    Date.now = () => now() - 3_600_000;
    same((await reasonOf(back).finally(() => (Date.now = now))).name, "TimeoutError");
  },

  async an_abort_ends_the_wait_at_once_with_its_reason_and_settles_once({ pollUntil }) {
    const controller = new AbortController();
    const { ask, asked } = server(processing());
    let unsubscribed = 0;
    const poll = pollUntil(ask, {
      done: isDone,
      interval: 1e6,
      signal: controller.signal,
      wake: () => () => unsubscribed++,
    });
    await until(() => asked.length === 1);
    controller.abort("enough");
    same([await reasonOf(poll), unsubscribed], ["enough", 1]);
    same(await reasonOf(pollUntil(ask, { done: isDone, signal: controller.signal })), "enough");
    same(asked.length, 1);
  },

  async a_push_asks_now_and_is_unsubscribed_from_once({ pollUntil }) {
    const { calls, task } = gate();
    let push;
    let unsubscribed = 0;
    const wake = (poke) => ((push = poke), () => unsubscribed++);
    const poll = pollUntil(task, { done: isDone, interval: 1e6, wake });
    await until(() => calls.length === 1);
    push(); // while it asks: the reply may be older than the push
    calls[0].resolve(processing());
    await until(() => calls.length === 2);
    calls[1].resolve(processing());
    await sleep(10);
    same(calls.length, 2);
    push();
    await until(() => calls.length === 3);
    calls[2].resolve({ status: "complete" });
    await poll;
    push();
    await sleep(5);
    same([calls.length, unsubscribed], [3, 1]);
  },

  async each_ask_takes_a_place_of_the_limiter_and_no_wait_does({ pollUntil, limiter, runLimited }) {
    const shared = limiter({ limit: 1 });
    const asks = gate();
    const poll = pollUntil(asks.task, { done: isDone, interval: 20, limiter: shared });
    await until(() => asks.calls.length === 1);
    const { calls, task } = gate();
    const between = runLimited(shared, task, {});
    await sleep(10);
    same(calls.length, 0);
    asks.calls[0].resolve(processing());
    await until(() => calls.length === 1);
    await sleep(60);
    same(asks.calls.length, 1);
    calls[0].resolve();
    await until(() => asks.calls.length === 2);
    asks.calls[1].resolve({ status: "complete" });
    await Promise.all([between, poll]);
  },

  async submitting_again_is_asking_with_the_same_key({ pollUntil, startRun }) {
    const { ask, asked } = server(processing(), processing(), { status: "complete" });
    const keys = () => new Set(asked.map(({ context }) => context.idempotencyKey)).size;
    await pollUntil(ask, { done: isDone, interval: 1 });
    same(keys(), 1);
    let own;
    const task = (_item, _index, context) => (
      (own = context.idempotencyKey), pollUntil(ask, { done: isDone, interval: 1, context })
    );
    await startRun([1], task, { concurrency: 1 }).finished;
    same([keys(), asked.at(-1).context.idempotencyKey === own], [2, true]);
  },

  async inside_a_task_it_is_a_sign_of_life_and_ends_with_the_run({ pollUntil, startRun }) {
    let n = 0;
    const changing = (_item, _index, context) =>
      pollUntil(() => ({ status: ++n < 30 ? "processing" : "complete", n }), { done: isDone, interval: 50, context });
    // All asks together take longer than the run is patient; no wait between two of them does.
    const { values } = await startRun([1], changing, { concurrency: 1, idleTimeout: 1_400 }).finished;
    same(values[0].n, 30);
    const { ask, asked } = server(processing());
    const polling = (_item, _index, context) => pollUntil(ask, { done: isDone, interval: 1e6, context });
    const run = startRun([1, 2], polling, { concurrency: 1, onCancel: "drain" });
    await until(() => asked.length === 1);
    run.cancel("enough");
    const { status, outcomes } = await run.finished;
    same(
      [status, outcomes.map((outcome) => [outcome.status, outcome.reason, outcome.started])],
      [
        "cancelled",
        [
          ["cancelled", "enough", true],
          ["cancelled", "enough", false],
        ],
      ],
    );
  },

  async a_refused_poll_cools_the_limiter_for_all_runs({ pollUntil, limiter }) {
    const shared = limiter({ limit: 3 });
    const { ask, asked, gaps } = server(failure(429, { retryAfter: 60 }), { status: "complete" });
    const poll = pollUntil(ask, { done: isDone, interval: 1, limiter: shared });
    await until(() => asked.length === 1);
    const other = server({ status: "complete" });
    await Promise.all([poll, pollUntil(other.ask, { done: isDone, limiter: shared })]);
    same([gaps()[0] >= 59, other.asked[0].at - asked[0].at >= 59], [true, true]);
  },

  async arguments_are_refused_by_name_and_value({ pollUntil }) {
    /** @type {[string, () => unknown][]} */
    const refusals = [
      ["ask", () => pollUntil(5, { done: isDone })],
      ["done", () => pollUntil(() => 1, {})],
      ["interval", () => pollUntil(() => 1, { done: isDone, interval: -1 })],
      ["timeout", () => pollUntil(() => 1, { done: isDone, timeout: NaN })],
      ["idleTimeout", () => pollUntil(() => 1, { done: isDone, idleTimeout: "5" })],
      ["maxConsecutiveErrors", () => pollUntil(() => 1, { done: isDone, maxConsecutiveErrors: 0 })],
      ["wake", () => pollUntil(() => 1, { done: isDone, wake: 1 })],
      ["context", () => pollUntil(() => 1, { done: isDone, context: {} })],
      ["limiter", () => pollUntil(() => 1, { done: isDone, limiter: 3 })],
      ["signal", () => pollUntil(() => 1, { done: isDone, signal: {} })],
    ];
    for (const [name, act] of refusals) {
      const error = await reasonOf(act());
      same([name, error instanceof TypeError, error?.message.includes(`\`${name}\``)], [name, true, true]);
    }
  },
};

export const scenario = (name, api) => scenarios[name](api);
export const names = () => Object.keys(scenarios).join(" ");
