import { Limiter } from "sluicegate";
import { StartButton } from "../trials/StartButton";
import trials from "../trials/trials.module.css";
import { useSeries } from "../trials/useSeries";
import { ADAPTIVE, KNOWN, THROUGH_LIMITER, UNLIMITED } from "./code";
import { PaceTrial } from "./PaceTrial";
import styles from "./paid.module.css";
import { CALLS, keepPace, MOST, notRun, type Pace, QUOTA, refusedShare } from "./quota";

/** Those that are compared, by turns and twice: what a busy machine adds is seen, and left out. */
const ways = {
  before: keepPace(() => new Limiter({ limit: QUOTA })),
  adaptive: keepPace(() => new Limiter({ limit: MOST, adaptive: true })),
  after: keepPace(() => new Limiter({ limit: QUOTA })),
  again: keepPace(() => new Limiter({ limit: MOST, adaptive: true })),
  unlimited: keepPace(() => undefined),
};

/** Nobody tells the client what the server allows. */
export function QuotaExperiment() {
  const { results, experiment, start } = useSeries(notRun, ways);
  const { before, adaptive: first, again, unlimited, after } = results;
  const known = quicker(before, after).milliseconds;
  const adaptive = quicker(first, again);
  const ends = [before, adaptive, after, unlimited].map(({ samples }) => samples.at(-1)?.at ?? 0);
  const shared = { known, longest: Math.max(1_000, ...ends) };
  return (
    <section className={styles.quotaExperiment} aria-labelledby="quota-heading">
      <header className={trials.intro}>
        <h2 id="quota-heading">An unknown quota</h2>
        <p className={trials.lead}>
          The server accepts {QUOTA} concurrent calls and refuses more with status 429. An adaptive limiter starts with{" "}
          {MOST}. A refusal pauses all calls for as long as the server asks and lowers the limit. Successes raise it
          again.
        </p>
        <pre tabIndex={0}>
          <code>{THROUGH_LIMITER}</code>
        </pre>
        <StartButton name="run-paces" experiment={experiment} onStart={start}>
          {`Run ${CALLS} calls each way`}
        </StartButton>
      </header>

      <div className={`${trials.trials} ${styles.three}`}>
        <PaceTrial name="known" title="Known quota" code={KNOWN} pace={quicker(before, after)} {...shared} />
        <PaceTrial name="adaptive" title="Adaptive limiter" code={ADAPTIVE} pace={adaptive} {...shared} />
        <PaceTrial
          name="unlimited"
          title={`Concurrency ${MOST}, retried`}
          code={UNLIMITED}
          pace={unlimited}
          {...shared}
        />
      </div>

      <div role="status" aria-live="polite" className={trials.verdict} data-testid="paces-verdict">
        {unlimited.state === "done" && !experiment.running && (
          <Verdict {...{ before, adaptive, unlimited, after }} known={known} />
        )}
      </div>
    </section>
  );
}

/** The one that the machine has disturbed less. */
function quicker(one: Pace, other: Pace): Pace {
  return (other.milliseconds ?? Infinity) < (one.milliseconds ?? Infinity) ? other : one;
}

const percent = (share: number | undefined): string => `${(100 * (share ?? 0)).toFixed(1)} %`;
const seconds = (milliseconds: number | undefined): string => `${((milliseconds ?? 0) / 1000).toFixed(2)} s`;

function Verdict({
  before,
  adaptive,
  unlimited,
  after,
  known,
}: {
  before: Pace;
  adaptive: Pace;
  unlimited: Pace;
  after: Pace;
  known: number | undefined;
}) {
  return (
    <p>
      Who knows the quota takes <strong data-testid="known-before">{seconds(before.milliseconds)}</strong>, asked once
      more <strong data-testid="known-after">{seconds(after.milliseconds)}</strong>. The limiter that had to find out
      takes <strong>{Math.round((100 * (adaptive.milliseconds ?? 0)) / (known ?? 1))} %</strong> of it with{" "}
      {percent(refusedShare(adaptive))} of its calls refused; {MOST} at once have {percent(refusedShare(unlimited))}{" "}
      refused.
    </p>
  );
}
