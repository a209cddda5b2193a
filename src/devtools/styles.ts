// The styles of the views. A page replaces the colors by its own variables.

const LIGHT = {
  text: "#1c2430",
  muted: "#55606e",
  surface: "#ffffff",
  line: "#d5dae1",
  done: "#1d7a4c",
  failed: "#c02b2b",
  cancelled: "#6b7480",
  running: "#2463c9",
  wait: "#8a6100",
};

const DARK = {
  text: "#e8ecf2",
  muted: "#a7b1bf",
  surface: "#161b22",
  line: "#3a4350",
  done: "#4cc38a",
  failed: "#ff8078",
  cancelled: "#9aa4b1",
  running: "#6ea8ff",
  wait: "#e0b04c",
};

type Name = keyof typeof LIGHT;
const variables = (color: (name: Name) => string): string =>
  (Object.keys(LIGHT) as Name[]).map((name) => `--_${name}:var(--sluicegate-${name},${color(name)});`).join("");

const hatch = (color: string): string => `repeating-linear-gradient(135deg,${color} 0 3px,transparent 3px 6px)`;

// A browser that forces colors takes gradients away: hatched bars would look like others.
const FORCED = `@media (forced-colors:active){
  .sluicegate-view .sluicegate-bar{forced-color-adjust:none;--_c:CanvasText}
}
`;

export const STYLES = `
.sluicegate-view{${variables((name) => LIGHT[name])}
  box-sizing:border-box;color:var(--_text);background:var(--_surface);
  font:14px/1.45 var(--sluicegate-font,system-ui,sans-serif);
  border:1px solid var(--_line);border-radius:8px;padding:12px;text-align:start}
@supports (color:light-dark(white,black)){
  .sluicegate-view{${variables((name) => `light-dark(${LIGHT[name]},${DARK[name]})`)}}
}
.sluicegate-view *{box-sizing:border-box}
.sluicegate-view .sluicegate-view{border:0;padding:0;margin-top:12px}
.sluicegate-view h3,.sluicegate-view h4{margin:0 0 8px;font-size:1em;font-weight:600;line-height:1.3}
.sluicegate-view p,.sluicegate-view ul{margin:0;padding:0}
.sluicegate-muted{color:var(--_muted)}
.sluicegate-legend{display:flex;flex-wrap:wrap;gap:4px 14px;list-style:none;margin-bottom:10px!important}
.sluicegate-legend li{display:flex;align-items:center;gap:6px;margin:0}
.sluicegate-legend .sluicegate-bar{position:static;width:22px;min-width:22px}
.sluicegate-chart{position:relative;display:grid;
  grid-template-columns:minmax(60px,max-content) 1fr max-content;
  grid-auto-flow:row dense;gap:2px 10px}
.sluicegate-name{grid-column:1}.sluicegate-status{grid-column:3}.sluicegate-track{grid-column:2}
.sluicegate-name,.sluicegate-status{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:14em}
.sluicegate-status{color:var(--_muted)}
.sluicegate-track{position:relative;height:20px;border-bottom:1px solid var(--_line);min-width:0;overflow:hidden}
.sluicegate-bar{position:absolute;top:4px;height:12px;min-width:3px;border:1px solid var(--_c);border-radius:3px;
  background:var(--_c);color:var(--_c)}
.sluicegate-fulfilled{--_c:var(--_done)}
.sluicegate-failed{--_c:var(--_failed);background:${hatch("var(--_c)")}}
.sluicegate-cancelled{--_c:var(--_cancelled);background:none;border-style:dashed}
.sluicegate-running{--_c:var(--_running);border-right:3px double var(--_c);background:none;
  box-shadow:inset 0 -5px var(--_c)}
.sluicegate-wait{--_c:var(--_wait);height:0;top:9px;border-width:0 0 2px;border-style:dotted;border-radius:0}
.sluicegate-queued{--_c:var(--_line);height:0;top:10px;border-width:0 0 1px;border-style:solid;border-radius:0}
.sluicegate-cooldown{--_c:var(--_wait);top:0;height:20px;border-width:0 1px;border-radius:0;opacity:.45;
  background:${hatch("var(--_c)")}}
.sluicegate-legend .sluicegate-wait,.sluicegate-legend .sluicegate-queued{align-self:center}
.sluicegate-legend .sluicegate-cooldown{height:14px}
.sluicegate-axis{position:relative;height:20px;color:var(--_muted);font-size:12px;grid-column:2}
.sluicegate-axis span{position:absolute;top:2px;white-space:nowrap}
.sluicegate-view details{margin-top:10px}
.sluicegate-view summary{cursor:pointer}
.sluicegate-scroll{overflow:auto;max-height:20em;margin-top:6px}
.sluicegate-view table{border-collapse:collapse;display:table;width:100%;margin:0;font-size:13px}
.sluicegate-view th,.sluicegate-view td{text-align:start;padding:3px 8px;border:0;border-bottom:1px solid var(--_line);
  background:none;color:inherit;font-weight:400;vertical-align:top}
.sluicegate-view thead th{font-weight:600}
.sluicegate-reasons{list-style:disc;padding-inline-start:1.3em!important}
.sluicegate-progress{display:block;width:100%;height:12px;margin:6px 0;accent-color:var(--_done)}
.sluicegate-view :focus-visible{outline:2px solid var(--_running);outline-offset:2px}
@media (max-width:480px){
  .sluicegate-chart{grid-template-columns:1fr max-content}
  .sluicegate-status{grid-column:2}
  .sluicegate-track,.sluicegate-axis{grid-column:1/-1}
}
${FORCED}`;
