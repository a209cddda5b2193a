import { LabPanel } from "@sluicegate/fault-server/panel";
import type { ReactNode } from "react";
import styles from "./runs.module.css";
import "../styles/cards.css";

interface ShellProps {
  /** Across the whole page. */
  readonly top?: ReactNode;
  /** Controls to use before a start. */
  readonly side: ReactNode;
  readonly children: ReactNode;
}

/** A page of runs: controls on the left, the run beside them, what may go wrong below. */
export function Shell({ top, side, children }: ShellProps) {
  return (
    <div className={styles.page}>
      {top && <div className={styles.top}>{top}</div>}
      <div className={styles.side}>{side}</div>
      <div className={styles.stage}>{children}</div>
      <div className={styles.lab}>
        <LabPanel />
      </div>
    </div>
  );
}
