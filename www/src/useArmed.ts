import { type MouseEvent, useEffect, useState } from "react";

/** Longer than a double click takes, in milliseconds. */
const DOUBLE_CLICK = 600;

/**
 * Returns props of a button that may have taken the place of the one that was just clicked: until a double click would
 * be over, clicks of a pointer do nothing, so that none buys anything by accident. Keys work at once.
 */
export function useArmed(onPress: () => void, arms = true) {
  const [isArmed, arm] = useState(!arms);
  useEffect(() => {
    const timer = setTimeout(arm, DOUBLE_CLICK, true);
    return () => clearTimeout(timer);
  }, []);
  const onClick = ({ detail }: MouseEvent) => {
    // 0 is a click by a key.
    if (isArmed || detail === 0) onPress();
  };
  return { onClick, "aria-disabled": isArmed ? undefined : true };
}
