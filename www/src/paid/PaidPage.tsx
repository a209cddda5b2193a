import { StartButton } from "../trials/StartButton";
import styles from "../trials/trials.module.css";
import { useSeries } from "../trials/useSeries";
import { ChargeTrial } from "./ChargeTrial";
import { AT_ONCE, type Charges, charge, FAULT_RATE, ITEMS, notRun } from "./charges";
import { BY_HAND, WITH_KEYS } from "./code";
import { makeKeyed } from "./keyed";
import { makeByHand } from "./naive";
import { QuotaExperiment } from "./QuotaExperiment";
import { WastedCalls } from "./WastedCalls";

const percent = Math.round(100 * FAULT_RATE);
const ways = { naive: charge(makeByHand), keyed: charge(makeKeyed) };

export function PaidPage() {
  const { results, experiment, start } = useSeries(notRun, ways);
  const { naive, keyed } = results;
  return (
    <div className={styles.page}>
      <header className={styles.intro}>
        <h1>Paid once, whatever fails</h1>
        <p className={styles.lead}>
          Many failed calls fail after the work: the server generates and charges the piece, and only the reply is lost.
          A repetition without a key generates and charges it again. In this experiment {percent} % of all calls fail,
          and the server counts the charges.
        </p>
        <StartButton name="run-charges" experiment={experiment} onStart={start}>
          {`Generate ${ITEMS} pieces both ways`}
        </StartButton>
      </header>

      <div className={styles.trials}>
        <ChargeTrial name="naive" title={`Retried by hand, concurrency ${AT_ONCE}`} code={BY_HAND} charges={naive} />
        <ChargeTrial name="keyed" title={`With sluicegate, concurrency ${AT_ONCE}`} code={WITH_KEYS} charges={keyed} />
      </div>

      <div role="status" aria-live="polite" className={styles.verdict} data-testid="charges-verdict">
        {keyed.state === "done" && !experiment.running && <Verdict naive={naive} keyed={keyed} />}
      </div>

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
  const [extra, extraKeyed] = [naive.ledger?.extraPieces ?? 0, keyed.ledger?.extraPieces ?? 0];
  const lost = naive.ledger?.paidForNothing ?? 0;
  return (
    <p>
      By hand, <strong>{extra}</strong> pieces were charged again
      {lost > 0 && <>, and {lost} were charged and never delivered</>}. With keys,{" "}
      <strong>{extraKeyed === 0 ? "none" : extraKeyed}</strong> was charged again, and {keyed.fulfilled} of {ITEMS} were
      delivered.
    </p>
  );
}
