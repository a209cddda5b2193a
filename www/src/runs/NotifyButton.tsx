import { useState } from "react";

const current = (): NotificationPermission => ("Notification" in window ? Notification.permission : "denied");

/** Asks for leave to show a notification at the end of a run. It is shown only where the user was not asked yet. */
export function NotifyButton() {
  const [permission, setPermission] = useState(current);
  if (permission !== "default") return null;
  return (
    <button
      type="button"
      className="button small"
      onClick={() => void Notification.requestPermission().then(setPermission)}
    >
      Notify me at the end
    </button>
  );
}
