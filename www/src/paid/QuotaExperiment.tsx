import { Limiter } from "sluicegate";
import { type Card, Experiment } from "../trials/Experiment";
import trials from "../trials/trials.module.css";
import { useSeries } from "../trials/useSeries";
import { Code } from "../ui";
import { ADAPTIVE, KNOWN, THROUGH_LIMITER, UNLIMITED } from "./code";
import styles from "./paid.module.css";
import { CALLS, keepPace, MOST, notRun, type Pace, QUOTA, refusedShare, type Sample } from "./quota";

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
  const series = useSeries(notRun, ways);
  const { before, adaptive: first, again, unlimited, after } = series.results;
  const known = quicker(before, after);
  const adaptive = quicker(first, again);
  const ends = [before, adaptive, after, unlimited].map(({ samples }) => samples.at(-1)?.at ?? 0);
  const until = Math.max(1_000, ...ends);
  const ratioOf = ({ milliseconds }: Pace): number | undefined =>
    milliseconds && known.milliseconds && Math.round((100 * milliseconds) / known.milliseconds);

  const cardOf = (name: string, title: string, code: string, pace: Pace): Card => {
    const { state, answered, failed, samples, milliseconds } = pace;
    const refused = refusedShare(pace);
    const ratio = ratioOf(pace);
    return {
      ...{ name, title, code, state },
      chart: <OpenChart samples={samples} until={until} name={title} />,
      numbers: [
        ["answered", "Answered", answered, failed > 0 && "bad"],
        ["refused", "Refused (429)", refused === undefined ? "–" : percent(refused)],
      ],
      findings: [
        ["time", "Time", milliseconds === undefined ? "–" : seconds(milliseconds)],
        ["ratio", "Compared with a known quota", ratio === undefined ? "–" : `${ratio} %`],
      ],
    };
  };
  return (
    <section className={`stack ${styles.quotaExperiment}`} aria-labelledby="quota-heading">
      <Experiment
        name="paces"
        label={`Run ${CALLS} calls each way`}
        series={series}
        cards={[
          cardOf("known", "Known quota", KNOWN, known),
          cardOf("adaptive", "Adaptive limiter", ADAPTIVE, adaptive),
          cardOf("unlimited", `Concurrency ${MOST}, retried`, UNLIMITED, unlimited),
        ]}
        verdict={
          <p>
            Who knows the quota takes <strong data-testid="known-before">{seconds(before.milliseconds)}</strong>, asked
            once more <strong data-testid="known-after">{seconds(after.milliseconds)}</strong>. The limiter that had to
            find out takes <strong>{ratioOf(adaptive)} %</strong> of it with {percent(refusedShare(adaptive))} of its
            calls refused; {MOST} at once have {percent(refusedShare(unlimited))} refused.
          </p>
        }
      >
        <h2 id="quota-heading">An unknown quota</h2>
        <p className={trials.lead}>
          The server accepts {QUOTA} concurrent calls and refuses more with status 429. An adaptive limiter starts with{" "}
          {MOST}. A refusal pauses all calls for as long as the server asks and lowers the limit. Successes raise it
          again.
        </p>
        <Code>{THROUGH_LIMITER}</Code>
      </Experiment>
    </section>
  );
}

/** The one that the machine has disturbed less. */
function quicker(one: Pace, other: Pace): Pace {
  return (other.milliseconds ?? Infinity) < (one.milliseconds ?? Infinity) ? other : one;
}

const percent = (share: number | undefined): string => `${(100 * (share ?? 0)).toFixed(1)} %`;
const seconds = (milliseconds: number | undefined): string => `${((milliseconds ?? 0) / 1000).toFixed(2)} s`;

const WIDTH = 300;
const HEIGHT = 90;
const legend = [
  ["open", "Open calls", "M0 0h8v8H0z"],
  ["limit", "Limit", "M0 4h8"],
  ["quota", "Quota", "M0 4h8"],
] as const;

/** Calls open over time, below the limit that is kept; the quota is the dashed line. */
function OpenChart({ samples, until, name }: { samples: readonly Sample[]; until: number; name: string }) {
  const x = (at: number): string => ((WIDTH * at) / until).toFixed(1);
  const y = (count: number): string => (HEIGHT * (1 - count / (MOST + 1))).toFixed(1);
  const steps = (read: (sample: Sample) => number): string =>
    samples.map((sample) => `H${x(sample.at)}V${y(read(sample))}`).join("");
  const last = samples.at(-1);
  const highest = Math.max(0, ...samples.map(({ open }) => open));
  return (
    <figure className={`stack ${styles.figure} ${styles.chart}`}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: up to ${highest} concurrent calls, quota ${QUOTA}`}
      >
        {last && <path className={styles.open} d={`M0 ${HEIGHT}${steps(({ open }) => open)}V${HEIGHT}Z`} />}
        {last && <path className={styles.limit} d={`M0 ${y(samples[0]?.limit ?? 0)}${steps(({ limit }) => limit)}`} />}
        <path className={styles.quota} d={`M0 ${y(QUOTA)}H${WIDTH}`} />
      </svg>
      <figcaption>
        <ul className={styles.legend}>
          {legend.map(([kind, name, mark]) => (
            <li key={kind}>
              <svg viewBox="0 0 8 8" aria-hidden="true">
                <path className={styles[kind]} d={mark} />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
