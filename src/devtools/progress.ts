// How far a run is.

import { createElement as h, type ReactElement, useId } from "react";
import type { RunViewProps } from "../npm/devtools.ts";
import { addStyles, useRecording } from "./views.ts";
import { sayProgress } from "./words.ts";

export function Progress({ run, label = "Progress" }: RunViewProps): ReactElement {
  const id = useId();
  const seen = useRecording(run);
  const snapshot = seen?.recording.snapshot;
  const { fraction = 0, total } = snapshot?.progress ?? {};
  // Without a value it is a bar of unknown length.
  const value = total === undefined && snapshot?.state === "running" ? {} : { value: fraction };
  return h(
    "div",
    { ref: addStyles, className: "sluicegate-view" },
    h("label", { htmlFor: id }, label),
    h("progress", { id, className: "sluicegate-progress", max: 1, ...value }),
    h("p", { className: "sluicegate-muted" }, snapshot ? sayProgress(snapshot) : "Not started"),
  );
}
