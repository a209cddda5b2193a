import { useEffect, useState } from "react";
import { startRun } from "sluicegate";
import { useRun } from "sluicegate/react";

// The probe of the test outlives an edit of this file.
globalThis.calls ??= [];
globalThis.begun ??= [];
globalThis.mounts ??= 0;

const draw = (item, index, context) => new Promise((resolve) => globalThis.calls.push({ context, resolve }));

export function Shots() {
  const [clicks, setClicks] = useState(0);
  /* more hooks */
  const shots = useRun(() => {
    const run = startRun([1, 2], draw, { concurrency: 1 });
    globalThis.begun.push(run);
    return run;
  });
  useEffect(() => void globalThis.mounts++, []);
  const { completed, total } = shots.progress ?? { completed: 0, total: 0 };
  const click = () => {
    setClicks(clicks + 1);
    shots.start();
  };
  return (
    <>
      <p>
        {"before"}: {shots.state}, {completed} of {total}
      </p>
      <button type="button" onClick={click}>
        {clicks}
      </button>
    </>
  );
}
