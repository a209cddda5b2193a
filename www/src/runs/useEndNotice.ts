import { useEffect, useRef } from "react";

/**
 * Shows the progress of a run in the title of the document, and then its state. At its end, a hidden page shows a
 * notification, where the user has allowed notifications.
 */
export function useEndNotice(isOn: boolean, state: string, said: string, percent: number): void {
  /** Undefined before the first start of this visit. */
  const wasOn = useRef<boolean>(undefined);
  const words = useRef(said);
  words.current = said;
  useEffect(() => {
    const ended = wasOn.current && !isOn;
    if (isOn || ended) wasOn.current = isOn;
    const plain = document.title.replace(/^.* \| /, "");
    document.title = isOn ? `${percent} % | ${plain}` : wasOn.current === false ? `${state} | ${plain}` : plain;
    if (ended && document.hidden && "Notification" in window && Notification.permission === "granted")
      new Notification("sluicegate", { body: words.current });
  }, [isOn, percent, state]);
}
