import { createElement } from "react";
import { createRoot } from "react-dom/client";
import * as sluicegate from "sluicegate";
import { useRun } from "sluicegate/react";
import { exercise } from "./exercise.js";
import { backend, show } from "./show.js";

function Page() {
  return createElement("p", null, useRun(() => sluicegate.startRun([1], () => 1, { concurrency: 1 })).state);
}

createRoot(document.body.appendChild(document.createElement("div"))).render(createElement(Page));
show(exercise(sluicegate, backend()));
