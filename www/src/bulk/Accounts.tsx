import { readAccount } from "recipes/bulk/api";
import type { Account, Board } from "recipes/bulk/board";
import { useLoaded } from "../hooks";
import { Table } from "../ui";
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
  const { value: servers = EMPTY } = useLoaded((signal) => readAccount(board, signal), [board, mine, isBusy]);
  const accounts = [
    ["mine", "Client", mine],
    ["servers", "Server", servers],
  ] as const;
  const kept = spentIn(servers) - spentIn(mine);
  return (
    <section className={styles.accounts} aria-labelledby="accounts-heading">
      <h3 id="accounts-heading">Credits</h3>
      <Table label="Credits" columns={["Account", ...rows.map(({ label }) => label)]}>
        {accounts.map(([name, label, account]) => (
          <tr key={name}>
            <th scope="row">{label}</th>
            {rows.map((row) => (
              <td key={row.name} data-testid={`${name}-${row.name}`}>
                {row.read(account)}
              </td>
            ))}
          </tr>
        ))}
      </Table>
      {!isBusy && kept > 0 && (
        <p className="muted" data-testid="kept">
          The server charged {kept} credits for work whose results did not arrive. Retry and the next run fetch them,
          and do not pay again.
        </p>
      )}
    </section>
  );
}
