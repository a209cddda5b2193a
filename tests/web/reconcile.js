// Calls whose reply was lost, that come too often or take too long. Each scenario throws where it does not hold.

import { failing, failure, gate, reasonOf, same, sleep, until } from "./scenario.js";

const quick = { minDelay: 1, jitter: 0 };
const lost = () => failure(502);

/** A fetch whose replies are settled by hand, as bodies of 200. */
function backend() {
  const requests = [];
  const fetch = (url, init) =>
    new Promise((resolve, reject) => {
      init.signal.addEventListener("abort", () => reject(init.signal.reason));
      requests.push({
        url,
        init,
        reject,
        reply: (body, status = 200) => resolve(new Response(JSON.stringify(body), { status })),
      });
    });
  return { fetch, requests };
}

const scenarios = {
  async a_call_that_the_server_has_finished_is_not_sent_again({ retry }) {
    const { log, task, reconcile } = failing([lost()], [{ found: true, value: "found" }]);
    same(await retry(task, { ...quick, attempts: 3, reconcile }), "found");
    same(log, ["call 1", "ask 1 502"]);
  },

  async a_call_that_is_not_found_is_sent_again_keyed_or_not_and_asked_for_after_the_last({ retry }) {
    const { log, task, reconcile } = failing([lost()], [{ found: false }]);
    const error = await reasonOf(retry(task, { ...quick, attempts: 2, reconcile }));
    same([error.name, error.attempts, error.cause.status], ["RetryError", 2, 502]);
    same(log, ["call 1", "ask 1 502", "call 2", "ask 2 502"]);
  },

  async an_unanswered_question_leaves_the_error_of_the_server({ retry }) {
    const unkeyed = failing([lost()], [failure(504)]);
    same((await reasonOf(retry(unkeyed.task, { ...quick, reconcile: unkeyed.reconcile }))).status, 502);
    same(unkeyed.log, ["call 1", "ask 1 502"]);
    const keyed = failing([lost(), undefined], [failure(504)]);
    const task = (context) => (context.idempotencyKey, keyed.task(context));
    same(await retry(task, { ...quick, reconcile: keyed.reconcile }), "value 2");
    same(keyed.log, ["call 1", "ask 1 502", "call 2"]);
  },

  async only_an_ambiguous_failure_is_reconciled({ retry }) {
    const { log, task, reconcile } = failing([failure(503), failure(429), failure(404)], [{ found: true, value: 0 }]);
    same((await reasonOf(retry(task, { ...quick, reconcile }))).cause.status, 404);
    same(log, ["call 1", "call 2", "call 3"]);
  },

  async classify_can_have_a_conflict_reconciled({ retry }) {
    const classify = (error, { maybeSent, attempt, elapsed }) => {
      same([maybeSent, attempt, elapsed >= 0], [true, 1, true]);
      return error.status === 409 ? "reconcile" : "fail";
    };
    const { task, reconcile } = failing([failure(409)], [{ found: true, value: "the first one's" }]);
    same(await retry(task, { ...quick, classify, reconcile }), "the first one's");
    const reports = [];
    const hear = (event) => (event.preventDefault(), reports.push(event.error.message));
    addEventListener("error", hear);
    same((await reasonOf(retry(task, { ...quick, classify }))).status, 409);
    const odd = failing([lost()], ["yes"]);
    same((await reasonOf(retry(odd.task, { ...quick, reconcile: odd.reconcile }))).status, 502);
    removeEventListener("error", hear);
    same(
      reports.map((message) => message.includes("reconcile`")),
      [true, true],
    );
  },

  async a_question_holds_the_places_of_run_and_limiter({ startRun, limiter, runLimited }) {
    const shared = limiter({ limit: 1 });
    const question = gate();
    const started = [];
    const task = (item) => {
      started.push(item);
      if (item === "a") throw lost();
      return item;
    };
    const retry = { ...quick, reconcile: (context) => question.task("a", 0, context) };
    const run = startRun(["a", "b"], task, { concurrency: 1, limiter: shared, retry });
    await until(() => question.calls.length === 1);
    const other = runLimited(shared, () => started.push("other"), {});
    await sleep(10);
    same([started, shared.inFlight], [["a"], 1]);
    question.calls[0].resolve({ found: true, value: "A" });
    await other;
    same((await run.finished).values, ["A", "b"]);
  },

  async after_a_timeout_the_server_is_asked_when_the_attempt_has_settled({ startRun }) {
    const log = [];
    const task = ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", async () => {
          log.push(signal.reason.name);
          await sleep(20);
          log.push("settled");
          reject(signal.reason);
        }),
      );
    const reconcile = ({ lastError }) => (
      log.push(`ask about ${lastError.name}`), { found: true, value: "done all the same" }
    );
    const run = startRun([1], (_item, _index, context) => task(context), {
      concurrency: 1,
      timeout: 15,
      retry: { ...quick, reconcile },
    });
    const { values, outcomes } = await run.finished;
    same([values, outcomes[0].attempts], [["done all the same"], 1]);
    same(log, ["TimeoutError", "settled", "ask about TimeoutError"]);
  },

  async a_cancel_ends_the_question_or_lets_it_answer({ startRun }) {
    for (const onCancel of ["abort", "drain"]) {
      const question = gate();
      const task = () => {
        throw lost();
      };
      const told = [];
      const retry = { ...quick, reconcile: (context) => question.task("a", 0, context) };
      const run = startRun(["a"], task, {
        concurrency: 1,
        retry,
        onCancel,
        onOutcome: ({ status, started }) => told.push([status, started]),
      });
      await until(() => question.calls.length === 1);
      const { signal } = question.calls[0].context;
      run.cancel("enough");
      await sleep(0);
      same([signal.aborted, signal.reason], onCancel === "abort" ? [true, "enough"] : [false, undefined]);
      question.calls[0].resolve({ found: true, value: "paid" });
      const { status, values } = await run.finished;
      same([status, values], ["cancelled", onCancel === "abort" ? [] : ["paid"]]);
      same(told, onCancel === "abort" ? [["cancelled", true]] : [["fulfilled", undefined]]);
    }
  },

  async questions_are_asked_in_every_mode({ startBatches, startInOrder, startPhase }) {
    let calls = 0;
    const once = (give) => {
      if (++calls === 1) throw lost();
      return give();
    };
    const seen = [];
    const batches = startBatches([1, 2], 1, (item) => once(() => item), {
      retry: { ...quick, reconcile: ({ completed }) => (seen.push(completed), { found: true, value: 10 }) },
    });
    same([(await batches.finished).values, seen], [[10, 2], [[]]]);
    calls = 0;
    const commit = (item, _prepared, carry) => once(() => ({ value: item, carry: carry + item }));
    const inOrder = startInOrder([1, 2], {
      commit,
      carry: 0,
      retry: { ...quick, reconcile: () => ({ found: true, value: { value: "one", carry: 7 } }) },
    });
    same((await inOrder.finished).values, ["one", 2]);
    calls = 0;
    const asked = [];
    const reconcile = ({ startIndex, chunk }) => (
      asked.push([startIndex, chunk]), { found: true, value: { hasMore: true, nextStartIndex: 4 } }
    );
    const phase = startPhase(({ startIndex }) => once(() => ({ hasMore: false, startIndex })), {
      stagger: 0,
      retry: { ...quick, reconcile },
    });
    same(
      [(await phase.finished).values, asked],
      [
        [
          { hasMore: true, nextStartIndex: 4 },
          { hasMore: false, startIndex: 4 },
        ],
        [[0, 0]],
      ],
    );
  },

  async a_failure_can_pause_the_run_until_it_is_resumed({ startRun, settleWithConcurrency }) {
    let credits = 0;
    const task = (item) => {
      if (item === 2 && credits === 0) throw failure(402);
      return item;
    };
    const retry = { attempts: 1, classify: (error) => (error.status === 402 ? "pause" : "fail") };
    const run = startRun([1, 2, 3], task, { concurrency: 1, retry });
    await until(() => run.state === "paused");
    same(
      run.snapshot.items.map(({ status }) => status),
      ["fulfilled", "rejected", "waiting"],
    );
    credits = 1;
    run.resume({ retryFailed: true });
    same((await run.finished).values, [1, 2, 3]);
    credits = 0;
    // A run without a handle cannot be resumed, so it does not hang.
    same((await settleWithConcurrency([1, 2, 3], 1, task, { retry, onFailure: "pause" })).status, "failed");
  },

  async a_call_has_a_time_for_all_its_attempts({ retry, startRun, limiter, runLimited }) {
    const hangs = await reasonOf(retry(() => new Promise(() => {}), { attempts: 5 }, { totalTimeout: 20 }));
    same([hangs.name, hangs.message.includes("20 ms")], ["TimeoutError", true]);
    const busy = () => {
      throw failure(503);
    };
    const error = await reasonOf(
      retry(busy, { attempts: 50, minDelay: 300, factor: 1, jitter: 0 }, { totalTimeout: 1_000 }),
    );
    same([error.attempts > 1, error.attempts <= 4, error.cause.status], [true, true, 503]);
    // Its time runs on while it waits for the limiter, from the first attempt on; but it has begun only with that.
    const shared = limiter({ limit: 1 });
    const first = gate();
    const held = runLimited(shared, first.task, {});
    let attempts = 0;
    const late = startRun([1], () => (attempts++, busy()), {
      concurrency: 1,
      limiter: shared,
      totalTimeout: 40,
      retry: { attempts: 3, minDelay: 1, delay: () => 1 },
    });
    await sleep(60);
    same(attempts, 0);
    const second = gate();
    const again = runLimited(shared, second.task, { priority: 1 });
    first.calls[0].resolve();
    await held;
    await until(() => second.calls.length === 1);
    second.calls[0].resolve();
    await again;
    same((await late.finished).outcomes[0].reason.status, 503);
  },

  async time_in_the_limiters_queue_is_no_time_of_the_call({ callPhase, limiter, runLimited }) {
    const shared = limiter({ limit: 1 });
    const { calls, task } = gate();
    const held = runLimited(shared, task, {});
    let requests = 0;
    const fetch = async () => (requests++, new Response('{"title":"in time"}'));
    const reply = callPhase("/slow", {}, { fetch, limiter: shared, timeout: 300, totalTimeout: 400 });
    await sleep(500);
    same(requests, 0);
    calls[0].resolve();
    await held;
    same([await reply, requests], [{ title: "in time" }, 1]);
  },

  async retries_of_a_nested_call_are_not_multiplied_by_its_parent({ startRun, callPhase }) {
    for (const [attempts, expected] of [
      [3, 3],
      [1, 3],
    ]) {
      let calls = 0;
      const fetch = async () => (calls++, new Response("{}", { status: 503 }));
      const task = () => callPhase("/busy", {}, { fetch, retry: { ...quick, attempts } });
      const { outcomes } = await startRun([1], task, { concurrency: 1, retry: { ...quick, attempts: 3 } }).finished;
      same([calls, outcomes[0].status], [expected, "rejected"]);
    }
    // An explicit option overrides that.
    let calls = 0;
    const fetch = async () => (calls++, new Response("{}", { status: 503 }));
    const task = () => callPhase("/busy", {}, { fetch, retry: { ...quick, attempts: 2 } });
    await startRun([1], task, { concurrency: 1, retry: { ...quick, attempts: 3, classify: () => "retry" } }).finished;
    same(calls, 6);
  },

  async a_refusal_of_a_nested_call_cools_the_limiter_of_its_parent({ startRun, limiter, callPhase }) {
    const shared = limiter({ limit: 4, adaptive: true });
    // The second hint is longer than a call waits, and long enough to be seen on a slow machine.
    const hints = [70, 60_000];
    const fetch = async () => new Response(JSON.stringify({ retryAfterMs: hints.shift() }), { status: 429 });
    const task = () => callPhase("/busy", {}, { fetch, retry: { attempts: 2, delay: () => 0, maxRetryAfter: 100 } });
    await startRun([1], task, { concurrency: 1, limiter: shared }).finished;
    const left = shared.coolingUntil - performance.now();
    same([hints.length, left > 20_000 && left <= 60_000], [0, true]);
    // A refusal without a policy asks for a wait as well.
    const other = limiter({ limit: 1 });
    await reasonOf(
      startRun([1], () => Promise.reject(failure(429, { retryAfter: 50_000 })), { concurrency: 1, limiter: other })
        .settled("0")
        .then((outcome) => Promise.reject(outcome)),
    );
    same(other.coolingUntil - performance.now() > 20_000, true);
  },

  async a_call_that_never_left_the_page_is_sent_again_without_a_key({ callPhase }) {
    const { fetch, requests } = backend();
    let tokens = 0;
    const seen = [];
    const headers = async () => {
      if (++tokens < 3) throw new TypeError("Failed to fetch");
      return { authorization: "Bearer 3" };
    };
    const classify = (_error, { maybeSent }) => (seen.push(maybeSent), "retry");
    const reply = callPhase("/api", {}, { fetch, headers, retry: quick });
    await until(() => requests.length === 1);
    requests[0].reject(new TypeError("Failed to fetch"));
    same([(await reasonOf(reply)).name, requests.length, tokens], ["RetryError", 1, 3]);
    tokens = 0;
    const told = callPhase("/api", {}, { fetch, headers, retry: { ...quick, attempts: 4, classify } });
    await until(() => requests.length === 2);
    requests[1].reject(new TypeError("Failed to fetch"));
    await until(() => requests.length === 3);
    requests[2].reply(1);
    same([await told, seen], [1, [false, false, true]]);
  },

  async a_call_that_waits_for_its_headers_too_long_is_not_sent({ callPhase }) {
    const { fetch, requests } = backend();
    const slow = gate();
    const reply = callPhase("/api", {}, { fetch, headers: slow.task, timeout: 15, retry: { attempts: 1 } });
    same((await reasonOf(reply)).name, "TimeoutError");
    slow.calls[0].resolve({});
    await sleep(5);
    same(requests.length, 0);
  },

  async the_key_of_a_call_is_what_the_server_is_asked_for({ callPhase }) {
    const fetch = async () => new Response("gateway", { status: 504 });
    const reconcile = async ({ idempotencyKey }) => ({ found: true, value: idempotencyKey });
    same(await callPhase("/api", {}, { fetch, idempotencyKey: "scene-7", retry: { ...quick, reconcile } }), "scene-7");
  },

  async a_key_can_outlive_the_page_and_what_is_made_anew_has_another({ startRun }) {
    const keys = [];
    const task = (_item, _index, { idempotencyKey }) => keys.push(idempotencyKey);
    const run = startRun(["a"], task, { concurrency: 1, idempotencyKey: (item, index) => `job-7/${item}/${index}` });
    await run.finished;
    await run.retry("0", { regenerate: true });
    same([keys[0], keys[1].startsWith("job-7"), keys[1].length > 20], ["job-7/a/0", false, true]);
    for (const idempotencyKey of [() => "", () => 5]) {
      const { outcomes } = await startRun(["a"], task, { concurrency: 1, idempotencyKey }).finished;
      same(
        [outcomes[0].reason.name, outcomes[0].reason.message.includes("`idempotencyKey(item)`")],
        ["TypeError", true],
      );
    }
  },

  async a_task_that_ends_because_its_run_did_is_cancelled({ startRun }) {
    const waits = (_item, _index, { cancelled }) =>
      new Promise((_, reject) => cancelled.addEventListener("abort", () => reject(cancelled.reason)));
    const run = startRun([1, 2], waits, { concurrency: 2, onCancel: "drain" });
    await sleep(5);
    run.cancel(new Error("enough"));
    const { status, outcomes } = await run.finished;
    same(
      [status, outcomes.map(({ status, started }) => [status, started])],
      [
        "cancelled",
        [
          ["cancelled", true],
          ["cancelled", true],
        ],
      ],
    );
  },
};

export const scenario = (name, api) => scenarios[name](api);
export const names = () => Object.keys(scenarios).join(" ");
