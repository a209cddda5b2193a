import { useEffect, useRef, useState } from "react";
import { Button } from "../ui";

const current = (): NotificationPermission => ("Notification" in window ? Notification.permission : "denied");

/** Asks for leave to show a notification at the end of a run. It is shown only where the user was not asked yet. */
export function NotifyButton() {
  const [permission, setPermission] = useState(current);
  if (permission !== "default") return null;
  return (
    <Button className="small" onClick={() => void Notification.requestPermission().then(setPermission)}>
      Notify me at the end
    </Button>
  );
}

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
