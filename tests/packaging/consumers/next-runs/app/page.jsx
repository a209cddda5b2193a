"use client";

import { useEffect, useState } from "react";
import { useRun } from "sluicegate/react";
import { startRemote } from "sluicegate/remote";

export default function Page() {
  const [followed] = useState(() => []);
  const squares = useRun(
    () => {
      const counted = (url, init) => {
        if (String(url).endsWith("/events")) followed.push(init.headers.get("accept"));
        return fetch(url, init);
      };
      return startRemote("/api/runs", "squares", [1, 2, 3], { headers: { "x-user": "ada" }, fetch: counted });
    },
    { onUnmount: "keep" },
  );
  const { start, setConcurrency, items, report } = squares;
  const isFirstDone = items[0]?.status === "fulfilled";
  useEffect(() => void start(), [start]);
  useEffect(() => void (isFirstDone && setConcurrency(2)), [isFirstDone, setConcurrency]);
  const { status, values, error } = report ?? {};
  const result = { status, values, isRangeError: error?.errors[0] instanceof RangeError, followed };
  return <pre id="result">{report && JSON.stringify(result)}</pre>;
}
