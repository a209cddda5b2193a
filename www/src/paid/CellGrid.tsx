import type { Cell } from "./charges";
import styles from "./paid.module.css";

const COLUMNS = 50;
const legend: readonly { readonly kind: Cell; readonly label: string }[] = [
  { kind: "once", label: "Paid once" },
  { kind: "twice", label: "Paid twice" },
  { kind: "more", label: "Paid more than twice" },
  { kind: "lost", label: "Paid and lost" },
  { kind: "unpaid", label: "Not generated" },
];

/** Every item as a cell, by what it has cost. */
export function CellGrid({ cells }: { cells: readonly Cell[] }) {
  const counted = legend.map(({ kind, label }) => ({
    kind,
    label,
    count: cells.filter((cell) => cell === kind).length,
  }));
  return (
    <figure className={`stack ${styles.figure}`}>
      <svg
        viewBox={`0 0 ${COLUMNS} ${cells.length / COLUMNS}`}
        role="img"
        aria-label={counted.map(({ label, count }) => `${label}: ${count}`).join(". ")}
      >
        {cells.map((cell, index) => (
          <Mark key={index} cell={cell} x={index % COLUMNS} y={Math.floor(index / COLUMNS)} />
        ))}
      </svg>
      <figcaption>
        <ul className={styles.legend}>
          {counted.map(({ kind, label, count }) => (
            <li key={kind}>
              <svg viewBox="0 0 1 1" aria-hidden="true">
                <Mark cell={kind} x={0} y={0} />
              </svg>
              {label} <b>{count}</b>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

/** Height of a bar, where a cell has one, two or three of them. */
const HEIGHTS = [0.84, 0.37, 0.2] as const;

/** Told apart by their form as well: not everybody sees the colors. */
function Mark({ cell, x, y }: { cell: Cell; x: number; y: number }) {
  if (cell === "lost") return <path className={styles[cell]} d={`M${x + 0.14} ${y + 0.14}l.72 .72m0 -.72l-.72 .72`} />;
  const bars = cell === "more" ? 3 : cell === "twice" ? 2 : 1;
  return Array.from({ length: bars }, (_, bar) => (
    <rect
      key={bar}
      className={styles[cell]}
      x={x + 0.08}
      y={y + 0.08 + bar * (0.84 / bars + 0.02)}
      width={0.84}
      height={HEIGHTS[bars - 1]}
      rx={bars === 1 ? 0.12 : 0}
    />
  ));
}
