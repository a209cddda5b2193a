import styles from "./trials.module.css";

interface BarProps {
  readonly total: number;
  readonly parts: readonly { readonly kind: string; readonly count: number; readonly label?: string }[];
}

/** Shows the parts of a whole side by side. Those with a label are counted below. */
export function Bar({ total, parts }: BarProps) {
  const labeled = parts.filter(({ label }) => label !== undefined);
  return (
    <figure className={styles.figure}>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ kind, count }) => (
          <span key={kind} className={styles[kind]} style={{ width: `${(100 * count) / total}%` }} />
        ))}
      </div>
      {labeled.length > 0 && (
        <figcaption>
          <ul className="legend">
            {labeled.map(({ kind, label, count }) => (
              <li key={kind}>
                <i className={styles[kind]} aria-hidden="true" />
                {label} <b>{count}</b>
              </li>
            ))}
          </ul>
        </figcaption>
      )}
    </figure>
  );
}
