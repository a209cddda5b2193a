import styles from "./paid.module.css";
import { MOST, QUOTA, type Sample } from "./quota";

const WIDTH = 300;
const HEIGHT = 90;

/** Calls open over time, below the limit that is kept; the quota is the dashed line. */
export function OpenChart({ samples, until, name }: { samples: readonly Sample[]; until: number; name: string }) {
  const x = (at: number): string => ((WIDTH * at) / until).toFixed(1);
  const y = (count: number): string => (HEIGHT * (1 - count / (MOST + 1))).toFixed(1);
  const steps = (read: (sample: Sample) => number): string =>
    samples.map((sample) => `H${x(sample.at)}V${y(read(sample))}`).join("");
  const last = samples.at(-1);
  const highest = Math.max(0, ...samples.map(({ open }) => open));
  return (
    <figure className={styles.chart}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: up to ${highest} concurrent calls, quota ${QUOTA}`}
      >
        {last && <path className={styles.open} d={`M0 ${HEIGHT}${steps(({ open }) => open)}V${HEIGHT}Z`} />}
        {last && <path className={styles.limit} d={`M0 ${y(samples[0]?.limit ?? 0)}${steps(({ limit }) => limit)}`} />}
        <path className={styles.quota} d={`M0 ${y(QUOTA)}H${WIDTH}`} />
      </svg>
      <figcaption className="muted">
        <ul className="legend">
          <li className={styles.open}>Open calls</li>
          <li className={styles.limit}>Limit</li>
          <li className={styles.quota}>Quota</li>
        </ul>
      </figcaption>
    </figure>
  );
}
