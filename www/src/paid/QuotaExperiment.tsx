import { Limiter } from "sluicegate";
import { Experiment, type Row } from "../trials/Experiment";
import trials from "../trials/trials.module.css";
import { useSeries } from "../trials/useSeries";
import { ADAPTIVE, KNOWN, THROUGH_LIMITER, UNLIMITED } from "./code";
import { OpenChart } from "./OpenChart";
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

const percent = (share: number | undefined): string => `${(100 * (share ?? 0)).toFixed(1)} %`;
const seconds = (milliseconds: number | undefined): string => `${((milliseconds ?? 0) / 1000).toFixed(2)} s`;
/** Returns the one that the machine has disturbed less. */
const quicker = (one: Pace, other: Pace): Pace =>
  (other.milliseconds ?? Infinity) < (one.milliseconds ?? Infinity) ? other : one;

const numbers: readonly Row<Pace>[] = [
  {
    name: "answered",
    label: "Answered",
    read: ({ answered }) => answered,
    tone: ({ failed }) => (failed > 0 ? "bad" : undefined),
  },
  { name: "refused", label: "Refused (429)", read: (pace) => (pace.ledger ? percent(refusedShare(pace)) : "–") },
];

/** Nobody tells the client what the server allows. */
export function QuotaExperiment() {
  const series = useSeries(notRun, ways);
  const { before, adaptive: first, again, unlimited, after } = series.results;
  const known = quicker(before, after);
  const adaptive = quicker(first, again);
  const ofKnown = ({ milliseconds = 0 }: Pace): number => Math.round((100 * milliseconds) / (known.milliseconds ?? 1));
  const findings: readonly Row<Pace>[] = [
    { name: "time", label: "Time", read: ({ milliseconds }) => (milliseconds ? seconds(milliseconds) : "–") },
    {
      name: "ratio",
      label: "Compared with a known quota",
      read: (pace) => (pace.milliseconds && known.milliseconds ? `${ofKnown(pace)} %` : "–"),
    },
  ];
  const ends = [before, adaptive, after, unlimited].map(({ samples }) => samples.at(-1)?.at ?? 0);
  const longest = Math.max(1_000, ...ends);
  return (
    <section className={styles.quotaExperiment} aria-labelledby="quota-heading">
      <Experiment
        name="paces"
        series={series}
        startLabel={`Run ${CALLS} calls each way`}
        intro={
          <>
            <h2 id="quota-heading">An unknown quota</h2>
            <p className={trials.lead}>
              The server accepts {QUOTA} concurrent calls and refuses more with status 429. An adaptive limiter starts
              with {MOST}. A refusal pauses all calls for as long as the server asks and lowers the limit. Successes
              raise it again.
            </p>
            <pre tabIndex={0}>
              <code>{THROUGH_LIMITER}</code>
            </pre>
          </>
        }
        cards={[
          { name: "known", title: "Known quota", code: KNOWN, trial: known },
          { name: "adaptive", title: "Adaptive limiter", code: ADAPTIVE, trial: adaptive },
          { name: "unlimited", title: `Concurrency ${MOST}, retried`, code: UNLIMITED, trial: unlimited },
        ]}
        chart={({ samples }, title) => <OpenChart samples={samples} until={longest} name={title} />}
        numbers={numbers}
        findings={findings}
        verdict={
          <>
            Who knows the quota takes <strong data-testid="known-before">{seconds(before.milliseconds)}</strong>, asked
            once more <strong data-testid="known-after">{seconds(after.milliseconds)}</strong>. The limiter that had to
            find out takes <strong>{ofKnown(adaptive)} %</strong> of it with {percent(refusedShare(adaptive))} of its
            calls refused; {MOST} at once have {percent(refusedShare(unlimited))} refused.
          </>
        }
      />
    </section>
  );
}
