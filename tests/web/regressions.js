// Regressions of calls and retries. Each scenario throws where it does not hold.

import { failing, failure, gate, reasonOf, same, sleep, until } from "./scenario.js";

const quick = { minDelay: 1, jitter: 0 };
const lost = () => failure(502);

const scenarios = {
  async a_call_that_only_asks_has_no_key_and_an_unanswered_question_is_not_sent_again({ retry, startRun }) {
    const down = (_key) => Promise.reject(failure(504));
    for (const classify of [undefined, (error, { verdict }) => (verdict === "final" ? "fail" : "retry")]) {
      let calls = 0;
      const task = () => {
        calls++;
        throw lost();
      };
      await reasonOf(
        retry(task, { ...quick, attempts: 4, classify, reconcile: ({ idempotencyKey }) => down(idempotencyKey) }),
      );
      const idempotencyKey = (item) => `job/${item}`;
      await startRun(["a"], task, {
        concurrency: 1,
        idempotencyKey,
        retry: { ...quick, attempts: 4, classify, reconcile: ({ idempotencyKey }) => down(idempotencyKey) },
      }).finished;
      same(calls, 2);
    }
  },

  async a_failure_that_the_caller_calls_final_is_asked_about_and_not_repeated({ retry, startRun }) {
    for (const decision of ["fail", "pause"]) {
      const { log, task, reconcile } = failing([lost()], [{ found: false }]);
      same((await reasonOf(retry(task, { ...quick, classify: () => decision, reconcile }))).status, 502);
      same(log, ["call 1", "ask 1 502"]);
    }
    let calls = 0;
    const task = () => {
      calls++;
      throw lost();
    };
    for (const answer of [async () => ({ found: false }), async () => Promise.reject(failure(500))]) {
      calls = 0;
      const run = startRun([1, 2], task, {
        concurrency: 1,
        retry: { ...quick, classify: () => "pause", reconcile: answer },
      });
      await until(() => run.state === "paused");
      same([calls, run.snapshot.items[1].status], [1, "waiting"]);
    }
  },

  async a_policy_that_throws_does_not_prevent_the_question({ retry, settleWithConcurrency, callPhase }) {
    const reports = [];
    const hear = (event) => (event.preventDefault(), reports.push(event.error));
    addEventListener("error", hear);
    const reconcile = async () => ({ found: true, value: "paid" });
    const fail = () => {
      throw lost();
    };
    const broken = () => {
      throw new Error("a defect");
    };
    for (const policy of [{ delay: () => NaN }, { random: () => 5 }, { classify: broken }])
      same(await retry(fail, { ...policy, reconcile }), "paid");
    removeEventListener("error", hear);
    same(reports.length, 3);
    // Retries of the call itself do not prevent the question either.
    let calls = 0;
    const fetch = async () => new Response("{}", { status: calls++ ? 502 : 503, headers: { "retry-after-ms": "0" } });
    const { values } = await settleWithConcurrency([1], 1, () => callPhase("/api", {}, { fetch }), {
      retry: { ...quick, reconcile },
    });
    same([values, calls], [["paid"], 2]);
  },

  async answers_and_errors_that_cannot_be_read_lose_nothing({ retry, settleWithConcurrency }) {
    const hear = (event) => event.preventDefault();
    addEventListener("error", hear);
    const odd = () => Object.create(null);
    const guarded = {
      get found() {
        throw new Error("found");
      },
    };
    const half = {
      found: true,
      get value() {
        throw new Error("value");
      },
    };
    for (const answer of [odd(), guarded, half]) {
      const error = await reasonOf(
        retry(() => Promise.reject(lost()), { ...quick, attempts: 2, reconcile: async () => answer }),
      );
      same(error.status, 502);
    }
    const told = [];
    const unreadable = {
      get message() {
        throw new Error("message");
      },
    };
    for (const thrown of [odd(), unreadable]) {
      const fail = () => Promise.reject(thrown);
      const { status, outcomes } = await settleWithConcurrency([1, 2], 1, fail, {
        trace: true,
        onOutcome: ({ status }) => told.push(status),
        retry: { ...quick, attempts: 2, classify: () => "retry" },
      });
      same([status, outcomes.map(({ reason }) => reason.name)], ["partial", ["RetryError", "RetryError"]]);
    }
    same(told, ["rejected", "rejected", "rejected", "rejected"]);
    removeEventListener("error", hear);
  },

  async the_time_for_all_attempts_ends_whatever_an_item_waits_for({
    retry,
    startRun,
    settleWithConcurrency,
    limiter,
    runLimited,
  }) {
    const never = () => new Promise(() => {});
    const busy = () => Promise.reject(failure(503));
    const again = { ...quick, attempts: 5, classify: () => "retry" };
    const shared = limiter({ limit: 1 });
    const late = retry(
      () => Promise.reject(lost()),
      { ...again, delay: () => 20 },
      { totalTimeout: 80, limiter: shared },
    );
    const { task } = gate();
    await sleep(5);
    runLimited(shared, task, {});
    const ends = [
      // The attempt is deaf to its signal and keeps its place.
      retry(never, again, { timeout: 10, totalTimeout: 60 }),
      retry(never, { attempts: 2, reconcile: () => ({ found: true, value: 1 }) }, { timeout: 10, totalTimeout: 60 }),
      // The limiter is taken, it cools, or the run staggers.
      late,
      retry(busy, { attempts: 5, delay: () => 5 }, { totalTimeout: 60, limiter: limiter({ limit: 1 }) }),
      // The server does not answer the question.
      retry(() => Promise.reject(failure(500)), { ...quick, reconcile: never }, { totalTimeout: 60 }),
    ];
    // The second asks no question, because its attempt holds the only place: it waits for that.
    const names = await Promise.all(
      ends.map((end, index) =>
        index === 1 ? Promise.race([end.catch((error) => error), sleep(150).then(() => "waits")]) : reasonOf(end),
      ),
    );
    same(
      names.map((error) => error.cause?.status ?? error.status ?? error.name ?? error),
      ["TimeoutError", "waits", 502, 503, 500],
    );
    const staggered = await settleWithConcurrency([1], 1, busy, {
      stagger: 1e8,
      totalTimeout: 60,
      retry: { attempts: 5, delay: () => 5 },
    });
    same(staggered.outcomes[0].status, "rejected");
    // The time of a paused run does not count.
    const paused = startRun([1], () => Promise.reject(lost()), { concurrency: 1, totalTimeout: 30, retry: again });
    paused.pause();
    await sleep(60);
    same(paused.state, "paused");
    paused.cancel();
  },

  async a_retry_after_a_cancel_is_not_cancelled_with_it({ startRun, pollUntil }) {
    let calls = 0;
    const first = gate();
    const task = async (_item, _index, context) => {
      if (++calls === 1) await first.task();
      if (calls === 1) throw failure(400);
      return pollUntil(() => (calls < 3 ? 0 : 1), { done: (reply) => reply === 1, interval: 5, context });
    };
    const run = startRun(["a"], task, { concurrency: 1 });
    await until(() => first.calls.length === 1);
    run.cancel("first");
    first.calls[0].resolve();
    same((await run.finished).status, "cancelled");
    const again = run.retry("0");
    await until(() => calls === 2);
    calls = 3;
    same((await again).value, 1);
    calls = 1;
    const third = run.retry("0", { regenerate: true });
    await until(() => calls === 2);
    run.cancel("second");
    same([(await third).status, (await third).reason], ["cancelled", "second"]);
  },

  async on_outcome_may_retry_a_failed_item_at_once({ startRun }) {
    let calls = 0;
    const task = () => {
      if (++calls === 1) throw failure(400);
      return "good";
    };
    let again;
    const onOutcome = ({ status, key }) => status === "rejected" && (again = run.retry(key));
    const run = startRun([1], task, { concurrency: 1, onOutcome });
    await run.finished;
    same((await again).value, "good");
    calls = 0;
    const resumes = startRun([1], task, {
      concurrency: 1,
      onFailure: "pause",
      onOutcome: ({ status }) => status === "rejected" && resumes.resume({ retryFailed: true }),
    });
    same((await resumes.finished).values, ["good"]);
  },

  async an_item_with_a_pending_question_is_shown_as_retrying({ startRun, settleWithConcurrency, callPhase }) {
    const task = async () => {
      await sleep(30);
      throw lost();
    };
    const run = startRun([1], task, {
      concurrency: 1,
      retry: { attempts: 2, minDelay: 60_000, jitter: 0, reconcile: async () => ({ found: false }) },
    });
    await until(() => run.snapshot.items[0].status === "retrying");
    await sleep(10);
    same(run.snapshot.items[0].status, "retrying");
    run.cancel();
    const { outcomes } = await settleWithConcurrency([1], 1, task, {
      retry: { attempts: 1, reconcile: async () => ({ found: false }) },
    });
    same(outcomes[0].elapsed >= 25, true);
    const told = [];
    const classify = (_error, { elapsed, maybeSent }) => (told.push([elapsed < 25_000, maybeSent]), "fail");
    await settleWithConcurrency([1], 1, task, { retry: { attempts: 1, classify } });
    const headers = () => Promise.reject(new Error("no token"));
    await reasonOf(callPhase("/api", {}, { headers, retry: { classify } }));
    same(told, [
      [true, true],
      [true, false],
    ]);
  },

  async on_failure_holds_for_runs_in_order_too({ startInOrder, startRun }) {
    const commit = (item) => {
      if (item === 1) throw failure(400);
      return { value: item, carry: 0 };
    };
    const run = startInOrder([1, 2], { commit, carry: 0, onFailure: "continue" });
    same([(await run.finished).status, (await run.finished).values], ["partial", [2]]);
    const stopped = startInOrder([1, 2], { commit, carry: 0, onFailure: () => "stop" });
    same((await stopped.finished).status, "failed");
    let message;
    try {
      startInOrder([1], { commit, carry: 0, onStepFailure: { prepare: "wait" } });
    } catch (error) {
      ({ message } = error);
    }
    same(message.includes("`onStepFailure.prepare`"), true);
    const seen = [];
    const watched = startRun([1, 2], (item) => item, {
      concurrency: 1,
      onOutcome: () => seen.push(watched.snapshot.items.filter(({ status }) => status === "fulfilled").length),
    });
    watched.subscribe(() => watched.snapshot);
    await watched.finished;
    same(seen, [1, 2]);
  },

  async limits_hold_whenever_and_however_large_they_are_set({ limiter, runLimited, settleWithConcurrency, startRun }) {
    const early = limiter({ limit: 10, adaptive: true });
    early.limit = 3;
    same(early.limit, 3);
    await settleWithConcurrency(Array(120).fill(0), 20, () => sleep(1), { limiter: early });
    same(early.limit, 10);
    for (const limit of [2 ** 32, Number.MAX_VALUE, Infinity]) {
      same(await runLimited(limiter({ limit }), () => "runs", {}), "runs");
      const run = startRun([1, 2, 3], () => sleep(2), { concurrency: 1 });
      run.setConcurrency(limit);
      same((await run.finished).status, "completed");
    }
    for (const adaptive of [{ min: 4, max: 8 }, { max: 1 }]) {
      let error;
      try {
        limiter({ limit: 2, adaptive });
      } catch (thrown) {
        error = thrown;
      }
      same([error?.name, error?.message.includes("`limit`")], ["TypeError", true]);
    }
  },
};

export const scenario = (name, api) => scenarios[name](api);
export const names = () => Object.keys(scenarios).join(" ");
