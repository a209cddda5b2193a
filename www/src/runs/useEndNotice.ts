import { useEffect, useRef } from "react";

/**
 * Shows the progress of a run in the title of the document. At its end, a hidden page shows a notification, where the
 * user has allowed notifications.
 */
export function useEndNotice(isOn: boolean, said: string, percent: number): void {
  const wasOn = useRef(false);
  const words = useRef(said);
  words.current = said;
  useEffect(() => {
    const ended = wasOn.current && !isOn;
    wasOn.current = isOn;
    const plain = document.title.replace(/^(\d+ %|Done) · /, "");
    document.title = isOn ? `${percent} % · ${plain}` : ended ? `Done · ${plain}` : plain;
    if (ended && document.hidden && "Notification" in window && Notification.permission === "granted")
      new Notification("sluicegate", { body: words.current });
  }, [isOn, percent]);
}
