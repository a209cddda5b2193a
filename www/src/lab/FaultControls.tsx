import { useId } from "react";
import type { FaultShare, Faults } from "./lab";

const shares: readonly { name: FaultShare; label: string }[] = [
  { name: "unavailable", label: "Unavailable for a moment (503)" },
  { name: "dropBefore", label: "Connection dropped before any work" },
  { name: "dropDuring", label: "Connection dropped in the middle of the work" },
  { name: "loseReply", label: "Reply lost after the work was done" },
  { name: "slow", label: "Six times as slow" },
  { name: "serverError", label: "Server error (500)" },
  { name: "gatewayError", label: "Gateway error after the work (502)" },
  { name: "redirect", label: "Sent to a sign-in page" },
  { name: "badJson", label: "Reply is no JSON" },
  { name: "truncated", label: "Reply breaks off" },
  { name: "empty", label: "Success without a body" },
];
const quotas = [1, 2, 3, 4, 5, 6, 8] as const;

export function FaultControls({ faults, onChange }: { faults: Faults; onChange: (change: Partial<Faults>) => void }) {
  const id = useId();
  return (
    <div className="faults">
      <div className="fault">
        <label htmlFor={`${id}-quota`}>Calls allowed at once (429 beyond)</label>
        <select
          id={`${id}-quota`}
          data-testid="fault-quota"
          value={faults.quota ?? ""}
          onChange={(event) => onChange({ quota: event.target.value === "" ? null : Number(event.target.value) })}
        >
          <option value="">Any number</option>
          {quotas.map((quota) => (
            <option key={quota}>{quota}</option>
          ))}
        </select>
      </div>
      {shares.map(({ name, label }) => {
        const percent = Math.round(faults[name] * 100);
        return (
          <div className="fault" key={name}>
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
