import styles from "./paid.module.css";
import type { Ledger } from "./run";

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
export function WastedCalls({ naive, keyed }: { naive: Ledger | undefined; keyed: Ledger | undefined }) {
  const [byHand, withKeys] = [counts(naive), counts(keyed)];
  // A client that keeps to the quota is never refused for it.
  const rows = Object.entries(kinds).filter(([kind]) => kind !== "beyondQuota" || byHand[kind] || withKeys[kind]);
  return (
    <div className="scroll" tabIndex={0} role="group" aria-labelledby="wasted-heading">
      <table className={`table ${styles.numbers}`} data-testid="wasted">
        <thead>
          <tr>
            <th scope="col">Fault</th>
            <th scope="col">By hand</th>
            <th scope="col">sluicegate</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([kind, label]) => (
            <tr key={kind} data-kind={kind}>
              <th scope="row">{label}</th>
              <td>{naive === undefined ? "–" : (byHand[kind] ?? 0)}</td>
              <td>{keyed === undefined ? "–" : (withKeys[kind] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
