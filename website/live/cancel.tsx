import { callPhase, startRun } from "sluicegate";
import { useRun } from "sluicegate/react";
import { RunProgress, RunTimeline } from "sluicegate/react/devtools";
import { PICTURES, type Picture, type Scene, scenes } from "./backend";

export function Cancelling() {
  const pictures = useRun((onCancel: "drain" | "abort") =>
    startRun(
      scenes,
      ({ prompt }: Scene, _, { signal, idempotencyKey }) =>
        callPhase<Picture>(PICTURES, { prompt }, { signal, idempotencyKey }),
      { concurrency: 2, onCancel, key: ({ id }) => id },
    ),
  );
  const isOver = pictures.state === "idle" || pictures.state === "finished";
  return (
    <>
      <div className="live-buttons">
        <button type="button" disabled={!isOver} onClick={() => pictures.start("drain")}>
          Start, keep what is paid for
        </button>
        <button type="button" disabled={!isOver} onClick={() => pictures.start("abort")}>
          Start, abort calls
        </button>
        <button type="button" disabled={isOver} onClick={() => pictures.cancel()}>
          Cancel
        </button>
      </div>
      <RunProgress run={pictures.run} />
      <RunTimeline run={pictures.run} />
    </>
  );
}
