import { useId } from "react";
import type { FaultShare, Faults } from "./lab";
import styles from "./panel.module.css";

const shares: readonly { name: FaultShare; label: string }[] = [
  { name: "unavailable", label: "Unavailable (503)" },
  { name: "dropBefore", label: "Connection closed before the work" },
  { name: "dropDuring", label: "Connection closed during the work" },
  { name: "loseReply", label: "Reply lost after the work" },
  { name: "slow", label: "Six times slower" },
  { name: "serverError", label: "Server error (500)" },
  { name: "gatewayError", label: "Gateway error after the work (502)" },
  { name: "redirect", label: "Redirect to a sign-in page" },
  { name: "badJson", label: "Reply is not JSON" },
  { name: "truncated", label: "Reply truncated" },
  { name: "empty", label: "Empty reply (200)" },
];
const quotas = [1, 2, 3, 4, 5, 6, 8] as const;

export function FaultControls({ faults, onChange }: { faults: Faults; onChange: (change: Partial<Faults>) => void }) {
  const id = useId();
  return (
    <div className={styles.faults}>
      <div className={styles.fault}>
        <label htmlFor={`${id}-quota`}>Concurrent calls allowed (429 beyond)</label>
        <select
          id={`${id}-quota`}
          data-testid="fault-quota"
          value={faults.quota ?? ""}
          onChange={(event) => onChange({ quota: event.target.value === "" ? null : Number(event.target.value) })}
        >
          <option value="">No limit</option>
          {quotas.map((quota) => (
            <option key={quota}>{quota}</option>
          ))}
        </select>
      </div>
      {shares.map(({ name, label }) => {
        const percent = Math.round(faults[name] * 100);
        return (
          <div className={styles.fault} key={name}>
            <label htmlFor={`${id}-${name}`}>{label}</label>
            <output htmlFor={`${id}-${name}`}>{percent} %</output>
            <input
              id={`${id}-${name}`}
              data-testid={`fault-${name}`}
              type="range"
              min={0}
              max={100}
              step={1}
              value={percent}
              aria-valuetext={`${percent} percent of the calls`}
              onChange={(event) => onChange({ [name]: Number(event.target.value) / 100 })}
            />
          </div>
        );
      })}
    </div>
  );
}
