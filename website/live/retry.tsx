import { callPhase, Limiter, startRun } from "sluicegate";
import { useRun } from "sluicegate/react";
import { RunProgress, RunTimeline } from "sluicegate/react/devtools";
import { BUSY, type Picture, type Scene, scenes } from "./backend";

// The backend takes two calls at a time. The limiter finds that out.
const backend = new Limiter({ limit: 4, adaptive: true });

export function Retried() {
  const pictures = useRun(() =>
    startRun(
      scenes,
      ({ prompt }: Scene, _, { signal, idempotencyKey }) =>
        callPhase<Picture>(BUSY, { prompt }, { signal, idempotencyKey, retry: { attempts: 1 } }),
      { concurrency: 4, limiter: backend, key: ({ id }) => id, retry: { attempts: 5 } },
    ),
  );
  return (
    <>
      <div className="live-buttons">
        <button type="button" onClick={() => pictures.start()}>
          Ask for too much
        </button>
      </div>
      <RunProgress run={pictures.run} />
      <RunTimeline run={pictures.run} />
    </>
  );
}
