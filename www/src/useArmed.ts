import { useEffect, useState } from "react";

/** Longer than a double click takes, in milliseconds. */
const DOUBLE_CLICK = 600;

/**
 * Returns false at first. A button that spends credits is disabled until then: it may have taken the place of the one
 * that was just clicked, and a double click must not buy anything.
 */
export function useArmed(): boolean {
  const [isArmed, arm] = useState(false);
  useEffect(() => {
    const timer = setTimeout(arm, DOUBLE_CLICK, true);
    return () => clearTimeout(timer);
  }, []);
  return isArmed;
}
