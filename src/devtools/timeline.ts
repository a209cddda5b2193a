// The timeline of a run: bars for the eye, and the same as a table.

import { createElement as h, type ReactElement, useId, useState } from "react";
import type { RunTimelineProps } from "../npm/devtools.ts";
import { type Layout, type Line, layOut, ticks } from "./layout.ts";
import { addStyles, useRecording } from "./views.ts";
import { Waits } from "./waits.ts";
import { resultOf, seconds, statusOf } from "./words.ts";

const LEGEND = [
  ["fulfilled", "done"],
  ["failed", "failed"],
  ["cancelled", "cancelled"],
  ["running", "in flight"],
  ["wait", "waits to retry"],
  ["queued", "not started"],
  ["cooldown", "cooldown"],
] as const;

type Name = (line: Line) => string;

export function Timeline({ run, label = "Timeline", name, limit = 100 }: RunTimelineProps): ReactElement {
  if (!(limit >= 1)) throw new TypeError(`\`limit\` must be an integer from 1, got ${String(limit)}`);
  const id = useId();
  const seen = useRecording(run);
  const layout = seen && layOut(seen, limit);
  const nameOf: Name = ({ row: { item } }) => name?.(item) ?? item.key;
  const nameOfKey = (key: string): string => {
    const row = seen?.recording.rows.get(key);
    return row && name ? name(row.item) : key;
  };
  const all = seen?.recording.rows.size ?? 0;
  return h(
    "div",
    { ref: addStyles, className: "sluicegate-view", role: "group", "aria-labelledby": id },
    h("h3", { id }, label),
    h(
      "ul",
      { className: "sluicegate-legend", "aria-label": "Legend" },
      LEGEND.map(([kind, text]) =>
        h(
          "li",
          { key: kind },
          h("span", { className: `sluicegate-bar sluicegate-${kind}`, "aria-hidden": true }),
          text,
        ),
      ),
    ),
    layout && all > 0 ? chart(layout, nameOf) : h("p", { className: "sluicegate-muted" }, "Nothing has started yet."),
    layout && all > layout.lines.length
      ? h("p", { className: "sluicegate-muted" }, `${layout.lines.length} of ${all} items are shown.`)
      : undefined,
    h(Attempts, { layout, nameOf, origin: seen?.recording.beganAt ?? 0, now: seen?.now ?? 0 }),
    h(Waits, { run, nameOf: nameOfKey }),
  );
}

function chart({ lines, span }: Layout, nameOf: Name): ReactElement {
  const at = (time: number): string => `${((100 * time) / span).toFixed(3)}%`;
  return h(
    "div",
    { className: "sluicegate-chart", "aria-hidden": true },
    lines.flatMap((line) => [
      h("span", { key: `n${line.row.item.key}`, className: "sluicegate-name" }, nameOf(line)),
      h("span", { key: `s${line.row.item.key}`, className: "sluicegate-status" }, statusOf(line.row.item)),
      h(
        "span",
        { key: `t${line.row.item.key}`, className: "sluicegate-track" },
        line.bars.map(({ kind, from, to }, bar) =>
          h("span", {
            key: bar,
            className: `sluicegate-bar sluicegate-${kind}`,
            style: { left: at(from), width: at(to - from) },
          }),
        ),
      ),
    ]),
    h(
      "span",
      { className: "sluicegate-axis" },
      ticks(span).map((time) => h("span", { key: time, style: { left: at(time) } }, seconds(time))),
    ),
  );
}

interface AttemptsProps {
  readonly layout: Layout | undefined;
  readonly nameOf: Name;
  readonly origin: number;
  readonly now: number;
}

/** The same for who cannot see bars. It is made only when it is looked at. */
function Attempts({ layout, nameOf, origin, now }: AttemptsProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const head = ["Item", "Status", "Attempt", "Start", "Took", "Result"];
  const cells = (values: readonly (string | number)[]) => values.map((value, at) => h("td", { key: at }, value));
  const rows = () =>
    layout?.lines.flatMap((line) => {
      const { item, attempts } = line.row;
      const name = h("th", { scope: "row" }, nameOf(line));
      if (attempts.length === 0)
        return [h("tr", { key: item.key }, name, ...cells([statusOf(item), "–", "–", "–", "–"]))];
      return attempts.map((attempt, at) => {
        const { number, startedAt, endedAt = now } = attempt;
        const took = seconds(endedAt - startedAt);
        const values = [statusOf(item), number, seconds(startedAt - origin), took, resultOf(attempt)];
        return h("tr", { key: `${item.key} ${at}` }, name, ...cells(values));
      });
    });
  return h(
    "details",
    { onToggle: (event: { currentTarget: HTMLDetailsElement }) => setOpen(event.currentTarget.open) },
    h("summary", null, "List of attempts"),
    isOpen
      ? h(
          "div",
          { className: "sluicegate-scroll", tabIndex: 0, role: "region", "aria-label": "List of attempts" },
          h(
            "table",
            null,
            h("thead", null, h("tr", null, ...head.map((text) => h("th", { key: text, scope: "col" }, text)))),
            h("tbody", null, rows()),
          ),
        )
      : undefined,
  );
}
