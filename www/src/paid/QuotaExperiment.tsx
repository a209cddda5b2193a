import { Limiter } from "sluicegate";
import { type Card, Experiment } from "../trials/Experiment";
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
    <section className={styles.quotaExperiment} aria-labelledby="quota-heading">
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
            With a known quota the calls take <strong data-testid="known-before">{seconds(before.milliseconds)}</strong>
            , and when run again <strong data-testid="known-after">{seconds(after.milliseconds)}</strong>. The adaptive
            limiter takes <strong>{ratioOf(adaptive)} %</strong> of that, with {percent(refusedShare(adaptive))} of its
            calls refused. Without a limiter, {percent(refusedShare(unlimited))} are refused.
          </p>
        }
      >
        <h2 id="quota-heading">An unknown quota</h2>
        <p className={trials.lead}>
          The server accepts {QUOTA} concurrent calls and refuses more with status 429. An adaptive limiter starts with{" "}
          {MOST}. A refusal pauses all calls for as long as the server asks and lowers the limit. Successes raise it
          again.
        </p>
        <pre tabIndex={0}>
          <code>{THROUGH_LIMITER}</code>
        </pre>
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
