// Why a run waits.

import { createElement as h, type ReactElement, useId } from "react";
import type { RunViewProps } from "../npm/devtools.ts";
import { reasonsToWait } from "./reasons.ts";
import { addStyles, useRecording } from "./views.ts";

/** Number of reasons that are listed. */
const MOST = 8;

interface WaitsProps extends RunViewProps {
  readonly nameOf?: (key: string) => string;
}

export function Waits({ run, label = "Why is it waiting?", nameOf }: WaitsProps): ReactElement {
  const id = useId();
  const seen = useRecording(run);
  const reasons = run && seen ? reasonsToWait(run.inspect({ limit: Infinity }), performance.now(), { nameOf }) : [];
  const more = reasons.length - MOST;
  return h(
    "div",
    { ref: addStyles, className: "sluicegate-view", role: "group", "aria-labelledby": id },
    h("h4", { id }, label),
    reasons.length === 0
      ? h("p", { className: "sluicegate-muted" }, "Nothing is waiting.")
      : h(
          "ul",
          { className: "sluicegate-reasons" },
          reasons.slice(0, MOST).map((reason, at) => h("li", { key: at }, reason)),
          more > 0 && h("li", null, `${more} more`),
        ),
  );
}
