import { Icon } from "./Icon";
import { presetText } from "./LabPanel";
import styles from "./panel.module.css";
import { useLab } from "./store";

/** Shows on every page that the server is away, or which faults it makes. */
export function FaultBadge() {
  const { faults, preset, isAway } = useLab();
  if (isAway)
    return (
      <p className={`${styles.badge} ${styles.away}`} role="alert">
        <Icon name="alert" />
        Server not reachable
      </p>
    );
  if (faults === undefined || preset === "calm") return null;
  return (
    <p className={styles.badge}>
      <Icon name="alert" />
      {preset ? presetText[preset].name : "Custom faults"}
    </p>
  );
}
