import { useEffect, useState } from "react";
import type { Board } from "./board";
import { progressOf } from "./progress";

/** A phase that lasts shorter than this is not worth interrupting anybody for. */
const SETTLED = 400;

function whatToSay(board: Board): string {
  const { completed, total } = progressOf(board);
  switch (board.status) {
    case "idle":
    case "unfinished":
      return "";
    case "script":
      return "Writing the script.";
    case "audio":
      return "Generating the audio.";
    case "images":
      return "Generating the images.";
    case "finalizing":
      return "Finalizing the storyboard.";
    case "complete":
      return `The storyboard is complete: ${board.scenes.length} scenes.`;
    case "partial":
      return `The storyboard is incomplete: ${completed} of ${total} pieces.`;
    case "cancelled":
      return `Cancelled. ${completed} of ${total} pieces are kept.`;
    case "failed":
      return `Failed: ${board.failure?.message ?? "unknown reason"}`;
  }
}

/** Says politely what phase it is and how it ended. */
export function Announcer({ board }: { board: Board }) {
  const [said, setSaid] = useState("");
  const words = whatToSay(board);
  useEffect(() => {
    const timer = setTimeout(setSaid, SETTLED, words);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
