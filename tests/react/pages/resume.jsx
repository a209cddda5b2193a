import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { startRun } from "sluicegate";
import { indexedDbJournal, unfinishedJournals } from "sluicegate/journal";
import { useRun } from "sluicegate/react";

const journal = indexedDbJournal("shots");

/** The calls of all pages. The backend answers none for "b" while `isStuck` is set. */
function call(item, { idempotencyKey }) {
  const calls = JSON.parse(localStorage.calls ?? "[]");
  localStorage.calls = JSON.stringify([...calls, `${item} ${idempotencyKey}`]);
  return item === "b" && localStorage.isStuck ? new Promise(() => {}) : item.toUpperCase();
}

function Shots() {
  const shots = useRun(
    (items) => startRun(items, (item, _, context) => call(item, context), { concurrency: 1, journal }),
    { resume: journal },
  );
  useEffect(() => {
    globalThis.shots = shots;
  });
  return <p>{shots.state}</p>;
}

/** Shows a component that resumes its run when it is mounted. */
export function resume() {
  globalThis.unfinished = unfinishedJournals;
  const main = document.body.appendChild(document.createElement("main"));
  createRoot(main).render(
    <StrictMode>
      <Shots />
    </StrictMode>,
  );
}
