import { useEffect, useState } from "react";
import { callPhase, startRun } from "sluicegate";
import { useRun } from "sluicegate/react";
import { RunProgress, RunTimeline } from "sluicegate/react/devtools";
import { PICTURES, type Picture, paid, type Scene, scenes } from "./backend";

const JOB = "sluicegate-live-job";

export function Reloaded() {
  const [count, setCount] = useState(0);
  const pictures = useRun((job: string) =>
    startRun(
      scenes,
      ({ prompt }: Scene, _, { signal, idempotencyKey }) =>
        callPhase<Picture>(PICTURES, { prompt }, { signal, idempotencyKey }),
      // The keys are those of the run before the reload. So the backend sells nothing twice.
      { concurrency: 2, key: ({ id }) => id, idempotencyKey: ({ id }) => `${job}/${id}`, onCancel: "drain" },
    ),
  );
  const begin = () => {
    const job = crypto.randomUUID();
    sessionStorage.setItem(JOB, job);
    pictures.restart(job);
  };
  useEffect(() => {
    const job = sessionStorage.getItem(JOB);
    if (job) pictures.start(job);
  }, [pictures.start]);
  useEffect(() => void paid().then(setCount), [pictures.progress?.completed]);
  return (
    <>
      <div className="live-buttons">
        <button type="button" onClick={begin}>
          Start a job
        </button>
        <button type="button" onClick={() => location.reload()}>
          Reload the page
        </button>
      </div>
      <p data-paid={count}>Pictures that were paid for in this browser: {count}</p>
      <RunProgress run={pictures.run} />
      <RunTimeline run={pictures.run} />
    </>
  );
}
