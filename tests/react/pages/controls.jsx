// The commands to a run, by the unbound functions of either hook.

import { startRun } from "sluicegate";
import { useRun, useRunState } from "sluicegate/react";
import { gate, mount, probe, statuses, until } from "./lab.jsx";

/** Returns the result of the hook of this name for a run of three items, one at a time. */
async function steered(hook) {
  const { calls, task } = gate();
  const run = startRun(["a", "b", "c"], task, { concurrency: 1, key: (item) => item, onCancel: "abort" });
  const [Probe, seen] = probe(hook === "useRun" ? () => useRun(() => run) : () => useRunState(run));
  mount(<Probe />);
  seen.now.start?.();
  await until(() => calls.length === 1 && seen.now.progress.inProgress === 1);
  return { calls, run, seen, ...seen.now };
}

async function withBoth(use) {
  return [await use(await steered("useRun")), await use(await steered("useRunState"))];
}

export const pausing = () =>
  withBoth(async ({ calls, seen, pause, resume }) => {
    pause();
    await until(() => seen.now.state === "paused");
    calls[0].reject(new Error("not yet"));
    await until(() => statuses(seen.now) === "rejected waiting waiting");
    const paused = calls.length;
    resume({ retryFailed: true });
    await until(() => seen.now.state === "running" && calls.length === 2);
    return { paused, again: calls[1].item };
  });

export const cancelling = () =>
  withBoth(async ({ calls, seen, cancel, cancelItem }) => {
    cancelItem("b", "not this one");
    await until(() => statuses(seen.now) === "running cancelled waiting");
    let unknown;
    try {
      cancelItem("nobody");
    } catch ({ name }) {
      unknown = name;
    }
    const { aborted } = calls[0].context.signal;
    cancel("enough");
    await until(() => seen.now.report);
    const reasons = seen.now.items.map(({ reason }) => reason);
    return { aborted, unknown, reasons, status: seen.now.report.status, signal: calls[0].context.signal.reason };
  });

export const retrying = () =>
  withBoth(async ({ calls, seen, retry }) => {
    const unknown = await retry("nobody").catch(({ name }) => name);
    for (const at of [0, 1, 2]) {
      await until(() => calls.length === at + 1);
      if (at === 1) calls[at].reject(new Error("no"));
      else calls[at].resolve(calls[at].item);
    }
    await until(() => seen.now.report);
    const again = retry("b");
    await until(() => calls.length === 4 && statuses(seen.now).includes("running"));
    const during = [seen.now.state, statuses(seen.now)];
    calls[3].resolve("at last");
    const { value } = await again;
    await until(() => statuses(seen.now) === "fulfilled fulfilled fulfilled");
    const regenerated = retry("a", { regenerate: true });
    await until(() => calls.length === 5);
    calls[4].resolve("anew");
    return { unknown, during, value, regenerated: (await regenerated).value, state: seen.now.state };
  });

export const widening = () =>
  withBoth(async ({ calls, seen, setConcurrency }) => {
    setConcurrency(3);
    await until(() => calls.length === 3 && seen.now.progress.inProgress === 3);
    return statuses(seen.now);
  });
