import { callPhase, startRun } from "sluicegate";
import { useRun } from "sluicegate/react";
import { RunProgress, RunTimeline } from "sluicegate/react/devtools";
import { PICTURES, type Picture, type Scene, scenes } from "./backend";

export function Limited() {
  const pictures = useRun((concurrency: number) =>
    startRun(
      scenes,
      ({ prompt }: Scene, _, { signal, idempotencyKey }) =>
        callPhase<Picture>(PICTURES, { prompt }, { signal, idempotencyKey }),
      { concurrency, stagger: 100, key: ({ id }) => id },
    ),
  );
  return (
    <>
      <div className="live-buttons">
        <button type="button" onClick={() => pictures.restart(2)}>
          Two at a time
        </button>
        <button type="button" onClick={() => pictures.restart(4)}>
          Four at a time
        </button>
      </div>
      <RunProgress run={pictures.run} />
      <RunTimeline run={pictures.run} />
    </>
  );
}
