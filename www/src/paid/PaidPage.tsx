import { StartButton } from "../trials/StartButton";
import { ChargeTrial } from "./ChargeTrial";
import { AT_ONCE, type Charges, FAULT_RATE, ITEMS } from "./charges";
import { BY_HAND, WITH_KEYS } from "./code";
import { QuotaExperiment } from "./QuotaExperiment";
import { useCharges } from "./useCharges";
import { WastedCalls } from "./WastedCalls";
import "../styles/trials.css";
import "../styles/paid.css";

const percent = Math.round(100 * FAULT_RATE);

export function PaidPage() {
  const { naive, keyed, experiment, run } = useCharges();
  return (
    <div className="trials-page">
      <header className="trials-intro">
        <h1>Paid once, whatever happens on the way</h1>
        <p className="lead">
          Many calls that fail have failed on the way back: the piece is made and charged, and only its reply is lost.
          Sent again as a new call, it is made and charged again. Here {percent} % of all calls meet a fault, and the
          server keeps the books.
        </p>
        <StartButton name="run-charges" experiment={experiment} onStart={run}>
          {`Make ${ITEMS} pieces both ways`}
        </StartButton>
      </header>

      <div className="trials">
        <ChargeTrial name="naive" title={`${AT_ONCE} at once, retried by hand`} code={BY_HAND} charges={naive} />
        <ChargeTrial name="keyed" title={`${AT_ONCE} at once, with sluicegate`} code={WITH_KEYS} charges={keyed} />
      </div>

      <div role="status" aria-live="polite" className="verdict" data-testid="charges-verdict">
        {keyed.state === "done" && !experiment.running && <Verdict naive={naive} keyed={keyed} />}
      </div>

      <section className="panel meaning" aria-labelledby="wasted-heading">
        <h2 id="wasted-heading">What the faults were</h2>
        <p className="muted">
          Both ways have the same luck: what a call meets hangs on its item and on how often it was asked for. Under a
          key, what was already made is told again, and the call is only time lost.
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
      {lost > 0 && <>, and {lost} were charged and never seen</>}. With keys,{" "}
      <strong>{extraKeyed === 0 ? "none" : extraKeyed}</strong>: {keyed.fulfilled} of {ITEMS} are there.
    </p>
  );
}
