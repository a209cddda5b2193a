import { observe } from "../trials/observe";
import { StartButton } from "../trials/StartButton";
import styles from "../trials/trials.module.css";
import { useSeries, type Way } from "../trials/useSeries";
import { sendAFewAtOnce } from "./bounded";
import { CallTrial } from "./CallTrial";
import { CALLS, LIMIT, notRun, type Report, type Trial } from "./trial";
import { sendAllAtOnce } from "./unbounded";

const count = CALLS;
const observed =
  (send: (run: string, signal: AbortSignal, report: Report) => Promise<void>): Way<Trial> =>
  (run, signal, show) =>
    observe(notRun, show, signal, (report) => send(run, signal, report));
const ways = { unbounded: observed(sendAllAtOnce), bounded: observed(sendAFewAtOnce) };

export function WhyPage() {
  const { results, experiment, start } = useSeries(notRun, ways);
  const { unbounded, bounded } = results;
  return (
    <div className={styles.page}>
      <header className={styles.intro}>
        <h1>Why generation calls fail in the browser</h1>
        <p className={styles.lead}>
          A browser opens six connections to an HTTP/1.1 host and queues all other requests. Chromium queues about 1350.
          Each further request fails immediately with “Failed to fetch”, although the server works. Generation calls are
          long, so they fill the queue and delay every other request of the page.
        </p>
        <StartButton name="run-why" experiment={experiment} onStart={start}>
          {`Run ${count} calls both ways`}
        </StartButton>
      </header>

      <div className={styles.trials}>
        <CallTrial
          name="unbounded"
          title="Without a limit"
          code={"await Promise.all(\n  items.map((item) => call(item)),\n);"}
          trial={unbounded}
        />
        <CallTrial
          name="bounded"
          title={`With sluicegate, concurrency ${LIMIT}`}
          code={`await settleWithConcurrency(\n  items, ${LIMIT}, (item) => call(item),\n);`}
          trial={bounded}
        />
      </div>

      <div role="status" aria-live="polite" className={styles.verdict} data-testid="verdict">
        {bounded.state === "done" && !experiment.running && <Verdict unbounded={unbounded} bounded={bounded} />}
      </div>

      <section className={`panel ${styles.meaning}`} aria-labelledby="meaning-heading">
        <h2 id="meaning-heading">What it means</h2>
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
      </section>
    </div>
  );
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
