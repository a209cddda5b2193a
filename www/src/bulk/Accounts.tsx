import { useEffect, useState } from "react";
import { readAccount } from "recipes/bulk/api";
import type { Account, Board } from "recipes/bulk/board";
import styles from "./bulk.module.css";

interface AccountsProps {
  readonly board: Board;
  readonly mine: Account;
  readonly isBusy: boolean;
}

const EMPTY: Account = { charged: 0, refunded: 0 };
const rows: readonly { name: string; label: string; read: (account: Account) => number }[] = [
  { name: "charged", label: "Charged", read: ({ charged }) => charged },
  { name: "refunded", label: "Refunded", read: ({ refunded }) => refunded },
  { name: "spent", label: "Spent", read: spentIn },
];

function spentIn({ charged, refunded }: Account): number {
  return charged - refunded;
}

/** Two accounts of the same run: the server refunds only what its provider failed to deliver. */
export function Accounts({ board, mine, isBusy }: AccountsProps) {
  const [servers, setServers] = useState(EMPTY);
  useEffect(() => {
    const leaving = new AbortController();
    // An account that cannot be read now is read at the next change.
    readAccount(board, leaving.signal).then(setServers, () => {});
    return () => leaving.abort();
  }, [board, mine, isBusy]);
  const kept = spentIn(servers) - spentIn(mine);
  return (
    <section className={styles.accounts} aria-labelledby="accounts-heading">
      <h3 id="accounts-heading">Credits</h3>
      <table className="table">
        <thead>
          <tr>
            <td />
            {rows.map(({ name, label }) => (
              <th key={name} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <AccountRow name="mine" label="Client" account={mine} />
          <AccountRow name="servers" label="Server" account={servers} />
        </tbody>
      </table>
      {!isBusy && kept > 0 && (
        <p className="muted" data-testid="kept">
          The server charged {kept} credits for work whose results did not arrive. Retry and the next run fetch them,
          and do not pay again.
        </p>
      )}
    </section>
  );
}

function AccountRow({ name, label, account }: { name: string; label: string; account: Account }) {
  return (
    <tr>
      <th scope="row">{label}</th>
      {rows.map((row) => (
        <td key={row.name} data-testid={`${name}-${row.name}`}>
          {row.read(account)}
        </td>
      ))}
    </tr>
  );
}
