import { type Card, Experiment } from "../trials/Experiment";
import styles from "../trials/trials.module.css";
import { useSeries } from "../trials/useSeries";
import { Panel } from "../ui";
import { CALLS, LIMIT, notRun, sendAFewAtOnce, sendAllAtOnce, type Trial } from "./calls";

const count = CALLS;
const ways = { unbounded: sendAllAtOnce, bounded: sendAFewAtOnce };

export function WhyPage() {
  const series = useSeries(notRun, ways);
  const { unbounded, bounded } = series.results;
  const cards = [
    cardOf("unbounded", "Without a limit", "await Promise.all(\n  items.map((item) => call(item)),\n);", unbounded),
    cardOf(
      "bounded",
      `With sluicegate, concurrency ${LIMIT}`,
      `await settleWithConcurrency(\n  items, ${LIMIT}, (item) => call(item),\n);`,
      bounded,
    ),
  ];
  return (
    <div className={styles.page}>
      <Experiment
        name="why"
        label={`Run ${count} calls both ways`}
        series={series}
        cards={cards}
        verdict={<Verdict unbounded={unbounded} bounded={bounded} />}
      >
        <h1>Why generation calls fail in the browser</h1>
        <p className={styles.lead}>
          A browser opens six connections to an HTTP/1.1 host and queues all other requests. Chromium queues about 1350.
          Each further request fails immediately with “Failed to fetch”, although the server works. Generation calls are
          long, so they fill the queue and delay every other request of the page.
        </p>
      </Experiment>

      <Panel title="What it means" className={styles.meaning}>
        <ul>
          <li>
            <strong>The server works.</strong> Failed calls never leave the browser. The server cannot retry them, and
            the error message does not name the cause.
          </li>
          <li>
            <strong>A limit is hardly slower.</strong> Six connections carry six calls, however many are sent. The other
            calls wait in the browser’s queue. There they cannot be reordered, and their time-outs already run.
          </li>
          <li>
            <strong>{LIMIT} leaves one connection free.</strong> A status or cancel call gets through while the other
            calls are in flight.
          </li>
          <li>
            <strong>Firefox loses no call.</strong> It queues all {count}. But a small call waits until all earlier
            calls are done.
          </li>
        </ul>
      </Panel>
    </div>
  );
}

function cardOf(name: string, title: string, code: string, trial: Trial): Card {
  const { state, sent, answered, failed, maxOpen, outcome, statusCall } = trial;
  const share = (count: number): string => `${(100 * count) / CALLS}%`;
  return {
    ...{ name, title, code, state },
    chart: (
      <div className={styles.bar} aria-hidden="true">
        <span className={styles.answered} style={{ width: share(answered) }} />
        <span className={styles.underWay} style={{ width: share(sent - answered - failed) }} />
        <span className={styles.lost} style={{ width: share(failed) }} />
      </div>
    ),
    numbers: [
      ["sent", "Sent", sent],
      ["answered", "Answered", answered, "good"],
      ["failed", "Failed", failed, failed > 0 && "bad"],
      ["max-open", "Maximum open at the server", maxOpen],
    ],
    findings: [
      ["outcome", "Result of the promise", outcome ?? "–"],
      ["status-call", "A small call during the run", statusCall ?? "–"],
    ],
  };
}

function Verdict({ unbounded, bounded }: { unbounded: Trial; bounded: Trial }) {
  const kept = bounded.failed === 0 ? `all ${bounded.answered}` : bounded.answered;
  if (unbounded.failed === 0) {
    return (
      <p>
        This browser lost no call: it queues all of them. A small call during the run: {unbounded.statusCall} without a
        limit, {bounded.statusCall} with concurrency {LIMIT}.
      </p>
    );
  }
  return (
    <p>
      Without a limit, this browser lost <strong>{unbounded.failed}</strong> of {count} calls. With concurrency {LIMIT},{" "}
      <strong>{kept}</strong> were answered.
    </p>
  );
}
