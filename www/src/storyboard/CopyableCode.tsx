import { useState } from "react";
import styles from "./storyboard.module.css";

/** Shows code, and copies it. Where the clipboard is blocked, the code can still be selected. */
export function CopyableCode({ code, name }: { code: string; name: string }) {
  const [label, setLabel] = useState("Copy");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      setLabel("Copied");
    } catch {
      setLabel("Select and copy");
    }
  };
  return (
    <div className={`row ${styles.copyable}`}>
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      <button type="button" className="button small" aria-label={`${label}: ${name}`} onClick={() => void copy()}>
        {label}
      </button>
    </div>
  );
}
