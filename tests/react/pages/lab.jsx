// Parts that the scenarios share.
import { useInsertionEffect } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { startRun } from "sluicegate";

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Long enough for whatever was going to happen by itself. */
export const calm = () => sleep(100);

export async function until(condition, limit = 60_000) {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never: ${condition}`);
    await sleep(2);
  }
}

/** Renders at once, effects included. */
export function mount(element, parent = document.body) {
  const host = parent.appendChild(document.createElement(parent === document.body ? "main" : "div"));
  const root = createRoot(host);
  const render = (next) => flushSync(() => root.render(next));
  render(element);
  return { host, root, render, unmount: () => flushSync(() => root.unmount()) };
}

/** A task whose calls end when they are told to. */
export function gate() {
  const calls = [];
  const task = (item, index, context) =>
    new Promise((resolve, reject) => calls.push({ item, index, context, resolve, reject }));
  return { calls, task };
}

/** A run of two letters, of which `calls` are made one at a time. */
export function gatedRun(options) {
  const { calls, task } = gate();
  return { calls, run: startRun(["a", "b"], task, { concurrency: 1, key: (item) => item, ...options }) };
}

/** A component around a hook: how often it rendered, and what the hook gave to each render that was committed. */
export function probe(useHook) {
  const seen = { renders: 0, committed: [], now: undefined };
  function Probe(props) {
    const value = useHook(props);
    seen.renders++;
    // The earliest, and the only one of which no server of React 18 complains.
    useInsertionEffect(() => {
      seen.now = value;
      seen.committed.push(value);
    });
    return value.state;
  }
  return [Probe, seen];
}

export const FUNCTIONS = ["pause", "resume", "cancel", "cancelItem", "retry", "setConcurrency"];

export const statuses = ({ items }) => items.map(({ status }) => status).join(" ");
