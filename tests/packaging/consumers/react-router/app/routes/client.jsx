import { useEffect, useState } from "react";
import * as sluicegate from "sluicegate";
import { useRun } from "sluicegate/react";
import { exercise } from "../../exercise.js";

export default function Page() {
  const [result, setResult] = useState("");
  const doubled = useRun(() => sluicegate.startRun([1, 2], (item) => item * 2, { concurrency: 1 }));
  const { start } = doubled;
  useEffect(() => {
    const backend = new URLSearchParams(location.search).get("backend");
    start()
      .finished.then(() => exercise(sluicegate, backend))
      .then((value) => setResult(JSON.stringify(value)));
  }, [start]);
  return <pre id="result">{doubled.report?.values.join() === "2,4" ? result : ""}</pre>;
}
