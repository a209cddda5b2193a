import { type Card, Experiment } from "../trials/Experiment";
import styles from "../trials/trials.module.css";
import { useSeries } from "../trials/useSeries";
import { Panel, Table } from "../ui";
import { CellGrid } from "./CellGrid";
import { AT_ONCE, type Charges, cellsOf, charge, FAULT_RATE, ITEMS, notRun } from "./charges";
import { BY_HAND, WITH_KEYS } from "./code";
import { QuotaExperiment } from "./QuotaExperiment";
import type { Ledger } from "./run";
import { makeByHand, makeKeyed } from "./ways";

const percent = Math.round(100 * FAULT_RATE);
const ways = { naive: charge(makeByHand), keyed: charge(makeKeyed) };

export function PaidPage() {
  const series = useSeries(notRun, ways);
  const { naive, keyed } = series.results;
  const cards = [
    cardOf("naive", `Retried by hand, concurrency ${AT_ONCE}`, BY_HAND, naive),
    cardOf("keyed", `With sluicegate, concurrency ${AT_ONCE}`, WITH_KEYS, keyed),
  ];
  return (
    <div className={styles.page}>
      <Experiment
        name="charges"
        label={`Generate ${ITEMS} pieces both ways`}
        series={series}
        cards={cards}
        verdict={<Verdict naive={naive} keyed={keyed} />}
      >
        <h1>Paid once, whatever fails</h1>
        <p className={styles.lead}>
          Many failed calls fail after the work: the server generates and charges the piece, and only the reply is lost.
          A repetition without a key generates and charges it again. In this experiment {percent} % of all calls fail,
          and the server counts the charges.
        </p>
      </Experiment>

      <Panel title="Faults by kind">
        <p className="muted">
          Both ways meet the same faults: a fault depends on the item and on the number of the attempt. With a key, the
          server replays the result of work that is already done, so the failed call costs only time.
        </p>
        <WastedCalls naive={naive.ledger} keyed={keyed.ledger} />
      </Panel>

      <QuotaExperiment />
    </div>
  );
}

function cardOf(name: string, title: string, code: string, charges: Charges): Card {
  const { state, fulfilled, rejected, settledOnce, ledger, seconds } = charges;
  const extra = ledger?.extraPieces ?? 0;
  const unlessNotRun = <T,>(value: T) => (state === "not run" ? "–" : value);
  return {
    ...{ name, title, code, state },
    chart: <CellGrid cells={cellsOf(charges)} />,
    numbers: [
      ["pieces", "Pieces paid", ledger?.pieces ?? 0],
      ["extra", "Charged again", extra, state !== "not run" && (extra > 0 ? "bad" : state === "done" && "good")],
      ["calls", "Calls sent", ledger?.received ?? 0],
      ["wasted", "Calls wasted", ledger?.wasted ?? 0],
    ],
    findings: [
      ["outcomes", "Outcomes", unlessNotRun(`${fulfilled} results, ${rejected} failures`)],
      ["settled", "Items with exactly one outcome", unlessNotRun(settledOnce)],
      [
        "items",
        "Items paid more than once / paid and lost",
        state === "done" ? `${ledger?.paidAgain} / ${ledger?.paidForNothing}` : "–",
      ],
      ["time", "Time", seconds === undefined ? "–" : `${seconds.toFixed(1)} s`],
    ],
  };
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

const kinds: Readonly<Record<string, string>> = {
  dropBefore: "Connection closed before the work",
  dropDuring: "Connection closed during the work",
  loseReply: "Work done, reply lost",
  late: "Work done, reply too late",
  gatewayError: "Work done, gateway error without CORS",
  badJson: "Work done, reply is not JSON",
  truncated: "Work done, reply truncated",
  empty: "Work done, empty reply (200)",
  redirect: "Redirect to a sign-in page",
  throttled: "Too many requests (429, in bursts)",
  beyondQuota: "Beyond the quota (429)",
  unavailable: "Unavailable (503)",
  serverError: "Server error (500)",
};

const counts = (ledger: Ledger | undefined): Readonly<Record<string, number>> => ({
  ...ledger?.faults,
  beyondQuota: ledger?.beyondQuota ?? 0,
});

/** Compares the faults of wasted calls. */
function WastedCalls({ naive, keyed }: { naive: Ledger | undefined; keyed: Ledger | undefined }) {
  const [byHand, withKeys] = [counts(naive), counts(keyed)];
  // A client that keeps to the quota is never refused for it.
  const rows = Object.entries(kinds).filter(([kind]) => kind !== "beyondQuota" || byHand[kind] || withKeys[kind]);
  return (
    <Table label="Faults by kind" columns={["Fault", "By hand", "sluicegate"]} data-testid="wasted">
      {rows.map(([kind, label]) => (
        <tr key={kind} data-kind={kind}>
          <th scope="row">{label}</th>
          <td>{naive === undefined ? "–" : (byHand[kind] ?? 0)}</td>
          <td>{keyed === undefined ? "–" : (withKeys[kind] ?? 0)}</td>
        </tr>
      ))}
    </Table>
  );
}
