// The views of sluicegate/react/devtools.
import { createElement } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { Limiter, pollUntil, retry as retryCall, startPipeline, startRun } from "sluicegate";
import { RunProgress, RunTimeline, RunWaits } from "sluicegate/react/devtools";
import { calm, gate, mount, until } from "./lab.jsx";

const again = { attempts: 2, delay: () => 5, classify: () => "retry" };
const texts = (host, selector) => [...host.querySelectorAll(selector)].map(({ textContent }) => textContent);

/** The kinds of the bars of each item. */
const bars = (host) =>
  [...host.querySelectorAll(".sluicegate-track")].map((track) =>
    [...track.children].map(({ className }) => className.split("sluicegate-").at(-1)),
  );

/** Item, attempt and result of each line of the table. */
function table(host) {
  return [...host.querySelectorAll("tbody tr")].map(({ cells }) =>
    [0, 1, 2, 5].map((at) => cells[at].textContent).join(" | "),
  );
}

function gated(items, options) {
  const { calls, task } = gate();
  const run = startRun(items, task, { concurrency: 2, key: (item) => item, ...options });
  return { calls, run };
}

async function openTable(host) {
  host.querySelector("summary").click();
  await until(() => host.querySelector("table"));
}

/**
 * One item succeeds at its second attempt, one at its first, one fails, one is cancelled. The run is paused while an
 * item waits to retry, so that the view has seen it.
 */
export async function attemptsShown() {
  const { calls, run } = gated(["a", "b", "c", "d"], { retry: again, onCancel: "abort" });
  const { host } = mount(<RunTimeline run={run} name={({ key }) => `scene ${key}`} />);
  await openTable(host);
  await until(() => calls.length === 2);
  const waits = async (at) => {
    await until(() => texts(host, ".sluicegate-status")[at] === "waits to retry");
    run.resume();
  };
  run.pause();
  calls[0].reject(new Error("busy"));
  calls[1].resolve("B");
  await waits(0);
  await until(() => calls.length === 4);
  const next = (letter) => calls.findLast(({ item }) => item === letter);
  next("a").resolve("A");
  run.pause();
  next("c").reject(new RangeError("no"));
  await waits(2);
  await until(() => next("d") && next("c").context.attempt === 2);
  next("c").reject(new RangeError("no, again"));
  await until(() => texts(host, ".sluicegate-status")[2] === "failed");
  const during = { bars: bars(host)[3], status: texts(host, ".sluicegate-status") };
  run.cancel();
  await run.finished;
  await until(() => texts(host, ".sluicegate-status")[3] === "cancelled");
  const { position } = getComputedStyle(host.querySelector(".sluicegate-track .sluicegate-bar"));
  return { during, bars: bars(host), names: texts(host, ".sluicegate-name"), table: table(host), position };
}

/** One item is skipped after its task was called. Returns its status, its bars and the lines of the table. */
export async function skippedShown() {
  const hold = Promise.withResolvers();
  const phases = ["a", "b"].map((name) => ({ name, weight: 50, run: () => hold.promise, skip: () => name === "b" }));
  const run = startPipeline(phases);
  const { host } = mount(<RunTimeline run={run} />);
  await openTable(host);
  await until(() => texts(host, ".sluicegate-status")[0] === "in flight");
  hold.resolve();
  await run.finished;
  await until(() => texts(host, ".sluicegate-status")[1] === "skipped");
  return { bars: bars(host)[1], table: table(host) };
}

/** What the panel says in each state of a run. Times are left out. */
export async function reasonsShown() {
  const limiter = new Limiter({ limit: 5 });
  const retry = { attempts: 2, delay: () => 60_000, classify: () => "retry" };
  const { calls, run } = gated(["a", "b", "c"], { limiter, retry });
  const { host } = mount(<RunWaits run={run} />);
  const said = () => texts(host, "li").map((text) => text.replace(/\d+(\.\d)? s\b/, "… s"));
  const shows = async (count, part) => {
    await until(() => said().length === count && said().join().includes(part));
    return said();
  };
  await until(() => calls.length === 2);
  const busy = await shows(1, "2 attempts");
  calls[0].reject(new Error("busy"));
  const retrying = await shows(2, "attempt 2");
  limiter.cooldown(60_000);
  calls[1].resolve("B");
  const cooling = await shows(2, "cools");
  run.pause();
  const paused = await shows(3, "paused");
  run.cancel();
  await run.finished;
  await until(() => said().length === 0);
  return { busy, retrying, cooling, paused, after: texts(host, "p") };
}

export async function reasonsNamed() {
  const retry = { attempts: 2, delay: () => 60_000, classify: () => "retry" };
  const { calls, run } = gated(["a"], { retry });
  const { host } = mount(<RunTimeline run={run} name={({ key }) => `scene ${key}`} />);
  await until(() => calls.length === 1);
  calls[0].reject(new Error("busy"));
  await until(() => texts(host, ".sluicegate-reasons li").length === 1);
  const said = texts(host, ".sluicegate-reasons li").map((text) => text.replace(/\d+(\.\d)? s\b/, "… s"));
  run.cancel();
  await run.finished;
  return said;
}

export async function progressShown() {
  const { calls, run } = gated(["a", "b", "c"], { concurrency: 3 });
  const { host, render } = mount(<RunProgress run={undefined} label="Pictures" />);
  const none = texts(host, "p");
  render(<RunProgress run={run} label="Pictures" />);
  await until(() => calls.length === 3);
  calls[0].resolve("A");
  calls[1].reject(new Error("no"));
  await until(() => texts(host, "p")[0].startsWith("1 of 3 done, 1 failed"));
  const { value } = host.querySelector("progress");
  const name = host.querySelector("progress").labels[0].textContent;
  calls[2].resolve("C");
  await until(() => texts(host, "p")[0] === "2 of 3 done, 1 failed");
  return { none, value: Math.round(value * 100), name, after: host.querySelector("progress").value };
}

/** A view that is mounted late, and a second one: what ended before has no bars. */
export async function lateView() {
  const { calls, run } = gated(["a", "b"], { concurrency: 1 });
  await until(() => calls.length === 1);
  calls[0].resolve("A");
  await until(() => calls.length === 2);
  const { host, render } = mount(<RunTimeline run={run} />);
  const shown = bars(host);
  render(<RunTimeline run={undefined} />);
  const none = texts(host, "p")[0];
  render(<RunTimeline run={run} limit={1} />);
  const limited = [texts(host, ".sluicegate-name"), texts(host, "p").find((text) => text.includes("are shown"))];
  calls[1].resolve("B");
  await run.finished;
  await calm();
  return { shown, none, limited, after: bars(host) };
}

/** Returns the kinds of the bars that change while the axis stays the same, after the chart has grown once. */
export async function grownBars() {
  const limiter = new Limiter({ limit: 5 });
  const { calls, run } = gated(["a", "b", "c"], { limiter });
  const { host } = mount(<RunTimeline run={run} />);
  await until(() => calls.length === 2);
  limiter.cooldown(60_000);
  calls[0].resolve("A");
  await until(() => ["fulfilled", "cooldown", "queued"].every((kind) => bars(host).flat().includes(kind)));
  const axis = host.querySelector(".sluicegate-axis");
  const shortest = axis.innerHTML;
  await until(() => axis.innerHTML !== shortest);
  const grown = [];
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => axis.contains(target))) return;
    grown.push(...changes.map(({ target }) => target.className.split("sluicegate-").at(-1)));
  }).observe(host.querySelector(".sluicegate-chart"), { subtree: true, attributes: true, childList: true });
  await until(() => grown.length >= 3);
  calls[1].resolve("B");
  run.cancel();
  await run.finished;
  return [...new Set(grown)];
}

/** The number of renders after the end: no clock ticks on. */
export async function restsAtTheEnd() {
  const run = startRun([1, 2], async (item) => item, { concurrency: 1 });
  let renders = 0;
  const name = ({ key }) => (renders++, key);
  mount(<RunTimeline run={run} name={name} />);
  await run.finished;
  await calm();
  await calm();
  const before = renders;
  await calm();
  await calm();
  await calm();
  return renders - before;
}

export async function hydratedViews() {
  const { calls, run } = gated(["a"]);
  await until(() => calls.length === 1);
  const views = () =>
    createElement("main", null, createElement(RunTimeline, { run }), createElement(RunProgress, { run }));
  const host = document.body.appendChild(document.createElement("div"));
  const policy = globalThis.trustedTypes.createPolicy("tests", { createHTML: (text) => text });
  host.innerHTML = policy.createHTML(renderToString(views()));
  const server = texts(host, "p");
  const recovered = [];
  hydrateRoot(host, views(), { onRecoverableError: (error) => recovered.push(error.message) });
  await until(() => host.querySelector(".sluicegate-track"));
  calls[0].resolve("A");
  await until(() => texts(host, ".sluicegate-status")[0] === "done");
  return { server, recovered };
}

export async function badViews() {
  const messages = [];
  for (const element of [
    <RunTimeline key="a" run={{}} />,
    <RunProgress key="b" run={5} />,
    <RunTimeline key="c" run={undefined} limit={0} />,
  ]) {
    try {
      renderToString(element);
    } catch (error) {
      messages.push(`${error.name}: ${error.message}`);
    }
  }
  return messages;
}

/** A page with all views and all kinds of bars, for whoever looks at it. */
export async function everything() {
  document.documentElement.lang = "en";
  document.title = "Views";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":root{color-scheme:light dark} body{margin:8px}");
  document.adoptedStyleSheets.push(sheet);
  document.head.append(Object.assign(document.createElement("meta"), VIEWPORT));
  const limiter = new Limiter({ limit: 5 });
  const { calls, run } = gated(["a", "b", "c", "a name that is much longer than a phone is wide, at least nearly so"], {
    limiter,
    retry: { ...again, delay: () => 60_000 },
  });
  const { host } = mount(
    <>
      <h1>Views</h1>
      <h2>Of a run</h2>
      <RunProgress run={run} />
      <RunTimeline run={run} />
    </>,
  );
  await openTable(host);
  await until(() => calls.length === 2);
  calls[0].reject(new Error("busy"));
  limiter.cooldown(60_000);
  calls[1].resolve("B");
  await until(() => texts(host, "li").some((text) => text.includes("cools")));
}

/** What the panel says of runs, calls and polls inside a task. Times are left out. */
export async function nestedReasons() {
  const retry = { attempts: 2, delay: () => 60_000, classify: () => "retry" };
  const { calls, task } = gate();
  const run = startRun(
    ["scene"],
    async (_item, _index, { signal }) => {
      const call = retryCall(() => Promise.reject(new Error("busy")), retry, { signal });
      const poll = pollUntil(() => "pending", { done: () => false, interval: 60_000, signal });
      const pictures = startRun(["a", "b"], task, { concurrency: 1, signal, key: (item) => item });
      await Promise.all([call, poll, pictures.values]);
    },
    { concurrency: 1, key: (item) => item },
  );
  const { host } = mount(<RunWaits run={run} />);
  await until(() => texts(host, "li").length === 3);
  const said = texts(host, "li").map((text) => text.replace(/\d+(\.\d)? s\b/, "… s"));
  run.cancel();
  calls[0].resolve();
  await run.finished;
  return said.sort();
}

/** The views in a page or a shadow root, with a policy that allows no inline styles. */
export async function strictViews(isInShadow, colorScheme) {
  document.documentElement.lang = "en";
  Object.assign(document.documentElement.style, { colorScheme, background: "Canvas" });
  document.title = "Views";
  const violations = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => violations.push(violatedDirective));
  const limiter = new Limiter({ limit: 5 });
  const { calls, run } = gated(["a", "b", "c", "a name that is much longer than a phone is wide, at least nearly so"], {
    limiter,
    retry: { ...again, delay: () => 60_000 },
  });
  const page = document.body.appendChild(document.createElement("main"));
  const root = isInShadow ? page.attachShadow({ mode: "open" }) : page;
  const { host } = mount(
    <>
      <h1>Views</h1>
      <h2>Of a run</h2>
      <RunProgress run={run} />
      <RunTimeline run={run} />
      <RunWaits run={run} label="What it waits for" />
    </>,
    root,
  );
  await openTable(host);
  await until(() => calls.length === 2);
  calls[0].reject(new Error("busy"));
  limiter.cooldown(60_000);
  calls[1].resolve("B");
  await until(() => texts(host, "li").filter((text) => text.includes("cools")).length === 2);
  const styleOf = (selector) => getComputedStyle(host.querySelector(selector));
  await until(() => host.querySelector(".sluicegate-track .sluicegate-fulfilled"));
  // A share of the track, not the least width.
  await until(() => Number.parseFloat(styleOf(".sluicegate-track .sluicegate-wait").width) > 20);
  return {
    violations,
    position: styleOf(".sluicegate-track .sluicegate-fulfilled").position,
    surface: styleOf(".sluicegate-view").backgroundColor,
    // A scroll bar may take some of the width.
    isTooWide: document.documentElement.scrollWidth > innerWidth,
    width: innerWidth,
  };
}

/** Returns how the kinds of bars look in the legend. */
export function looks() {
  const view = document.querySelector("main").shadowRoot ?? document;
  return [...view.querySelectorAll(".sluicegate-legend .sluicegate-bar")].map((bar) => {
    const { borderTopStyle, borderTopWidth, backgroundImage, backgroundColor, height } = getComputedStyle(bar);
    return [borderTopStyle, borderTopWidth, backgroundImage !== "none", backgroundColor, height].join(" ");
  });
}

/** A view in a frame, which is another document. Returns the position of a bar there. */
export async function viewInFrame() {
  const frame = document.body.appendChild(document.createElement("iframe"));
  const { calls, run } = gated(["a"]);
  await until(() => calls.length === 1);
  const both = mount(<RunTimeline run={run} />);
  mount(<RunTimeline run={run} />, frame.contentDocument.body);
  const positions = [both.host, frame.contentDocument].map((root) => {
    const bar = root.querySelector(".sluicegate-track .sluicegate-bar");
    return bar.ownerDocument.defaultView.getComputedStyle(bar).position;
  });
  calls[0].resolve();
  await run.finished;
  return positions;
}

const VIEWPORT = { name: "viewport", content: "width=device-width" };
