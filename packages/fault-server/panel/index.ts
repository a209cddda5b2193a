/**
 * React views of the lab: the faults that a visitor can switch on, and the counters of the server. The page brings the
 * classes `panel`, `muted`, `button` and `field-problem`, and the colors.
 */
export { FaultBadge } from "./FaultBadge";
export { LabPanel } from "./LabPanel";
export { lab, useBalance } from "./store";
