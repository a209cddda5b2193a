import { Bar } from "../trials/Bar";
import { Experiment, type Row } from "../trials/Experiment";
import styles from "../trials/trials.module.css";
import { useSeries } from "../trials/useSeries";
import { AT_ONCE, type Charges, charge, costsOf, FAULT_RATE, ITEMS, notRun } from "./charges";
import { BY_HAND, WITH_KEYS } from "./code";
import { makeKeyed } from "./keyed";
import { makeByHand } from "./naive";
import { QuotaExperiment } from "./QuotaExperiment";
import { WastedCalls } from "./WastedCalls";

const percent = Math.round(100 * FAULT_RATE);
const ways = { naive: charge(makeByHand), keyed: charge(makeKeyed) };
const extraIn = ({ ledger }: Charges): number => ledger?.extraPieces ?? 0;
const unlessNotRun = (read: (charges: Charges) => string | number) => (charges: Charges) =>
  charges.state === "not run" ? "–" : read(charges);

const numbers: readonly Row<Charges>[] = [
  { name: "pieces", label: "Pieces paid", read: ({ ledger }) => ledger?.pieces ?? 0 },
  {
    name: "extra",
    label: "Charged again",
    read: extraIn,
    tone: (charges) => (extraIn(charges) > 0 ? "bad" : charges.state === "done" ? "good" : undefined),
  },
  { name: "calls", label: "Calls sent", read: ({ ledger }) => ledger?.received ?? 0 },
  { name: "wasted", label: "Calls wasted", read: ({ ledger }) => ledger?.wasted ?? 0 },
];
const findings: readonly Row<Charges>[] = [
  {
    name: "outcomes",
    label: "Outcomes",
    read: unlessNotRun(({ fulfilled, rejected }) => `${fulfilled} results, ${rejected} failures`),
  },
  {
    name: "settled",
    label: "Items with exactly one outcome",
    read: unlessNotRun(({ settledOnce }) => settledOnce),
  },
  {
    name: "items",
    label: "Items paid more than once / paid and lost",
    read: ({ state, ledger }) => (state === "done" ? `${ledger?.paidAgain} / ${ledger?.paidForNothing}` : "–"),
  },
  { name: "time", label: "Time", read: ({ seconds }) => (seconds === undefined ? "–" : `${seconds.toFixed(1)} s`) },
];

export function PaidPage() {
  const series = useSeries(notRun, ways);
  const { naive, keyed } = series.results;
  return (
    <div className={styles.page}>
      <Experiment
        name="charges"
        series={series}
        startLabel={`Generate ${ITEMS} pieces both ways`}
        intro={
          <>
            <h1>Paid once, whatever fails</h1>
            <p className={styles.lead}>
              Many failed calls fail after the work: the server generates and charges the piece, and only the reply is
              lost. A repetition without a key generates and charges it again. In this experiment {percent} % of all
              calls fail, and the server counts the charges.
            </p>
          </>
        }
        cards={[
          { name: "naive", title: `Retried by hand, concurrency ${AT_ONCE}`, code: BY_HAND, trial: naive },
          { name: "keyed", title: `With sluicegate, concurrency ${AT_ONCE}`, code: WITH_KEYS, trial: keyed },
        ]}
        chart={(charges) => <Bar total={ITEMS} parts={costsOf(charges)} />}
        numbers={numbers}
        findings={findings}
        verdict={<Verdict naive={naive} keyed={keyed} />}
      />

      <section className={`panel ${styles.meaning}`} aria-labelledby="wasted-heading">
        <h2 id="wasted-heading">Faults by kind</h2>
        <p className="muted">
          Both ways meet the same faults: a fault depends on the item and on the number of the attempt. With a key, the
          server replays the result of work that is already done, so the failed call costs only time.
        </p>
        <WastedCalls naive={naive.ledger} keyed={keyed.ledger} />
      </section>

      <QuotaExperiment />
    </div>
  );
}

function Verdict({ naive, keyed }: { naive: Charges; keyed: Charges }) {
  const lost = naive.ledger?.paidForNothing ?? 0;
  return (
    <>
      By hand, <strong>{extraIn(naive)}</strong> pieces were charged again
      {lost > 0 && <>, and {lost} were charged and never delivered</>}. With keys,{" "}
      <strong>{extraIn(keyed) || "none"}</strong> was charged again, and {keyed.fulfilled} of {ITEMS} were delivered.
    </>
  );
}
