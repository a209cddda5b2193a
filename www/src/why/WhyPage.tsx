import { StartButton } from "../trials/StartButton";
import { CallTrial } from "./CallTrial";
import { CALLS, LIMIT, type Trial } from "./trial";
import { useTrials } from "./useTrials";
import "../styles/trials.css";

const count = CALLS;

export function WhyPage() {
  const { unbounded, bounded, experiment, run } = useTrials();
  return (
    <div className="trials-page">
      <header className="trials-intro">
        <h1>Why generation calls fail in the browser</h1>
        <p className="lead">
          A browser opens six connections to an HTTP/1.1 host and queues the rest, and Chromium keeps no more than about
          1350 calls: each one beyond fails at once with “Failed to fetch”, although the server is well. Long calls, as
          generation makes them, fill that queue, and until it is empty nothing else gets through either.
        </p>
        <StartButton name="run-why" experiment={experiment} onStart={run}>
          {`Make ${count} calls both ways`}
        </StartButton>
      </header>

      <div className="trials">
        <CallTrial
          name="unbounded"
          title="All at once"
          code={"await Promise.all(\n  items.map((item) => call(item)),\n);"}
          trial={unbounded}
        />
        <CallTrial
          name="bounded"
          title={`${LIMIT} at once, with sluicegate`}
          code={`await settleWithConcurrency(\n  items, ${LIMIT}, (item) => call(item),\n);`}
          trial={bounded}
        />
      </div>

      <div role="status" aria-live="polite" className="verdict" data-testid="verdict">
        {bounded.state === "done" && !experiment.running && <Verdict unbounded={unbounded} bounded={bounded} />}
      </div>

      <section className="panel meaning" aria-labelledby="meaning-heading">
        <h2 id="meaning-heading">What it means</h2>
        <ul>
          <li>
            <strong>Nothing is wrong with the server.</strong> Lost calls never left the browser, so no retry on the
            server’s side can help, and the message does not say what happened.
          </li>
          <li>
            <strong>Fewer calls at once are hardly slower.</strong> Six connections carry six calls however many are
            sent; the others only stand in the browser’s queue, where they cannot be reordered, and where time-outs
            already run against them.
          </li>
          <li>
            <strong>{LIMIT} leaves one connection free.</strong> A status or cancel call still gets through while the
            others are under way.
          </li>
          <li>
            <strong>Firefox loses nothing on either side.</strong> It queues all {count}. What suffers there is
            everything else: a small call waits until those before it are done.
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
        This browser lost no call on either side: it queues them all. A small call made meanwhile:{" "}
        {unbounded.statusCall} with all at once, {bounded.statusCall} with {LIMIT}.
      </p>
    );
  }
  return (
    <p>
      Sent at once, this browser lost <strong>{unbounded.failed}</strong> of {count} calls. {LIMIT} at once,{" "}
      <strong>{kept}</strong> were answered.
    </p>
  );
}
