// The views that components have of a run.
import { useLayoutEffect } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { startRun } from "sluicegate";
import { useRun, useRunState } from "sluicegate/react";
import { calm, gatedRun, mount, probe, statuses, until } from "./lab.jsx";

const fields = ({ state, progress, items, report }) => ({ state, progress, items, report });
const same = (one, other) => Object.keys(fields(one)).filter((name) => one[name] !== other[name]);

/** Nothing changes while a call is under way, whatever the clock shows. */
export async function quiet() {
  const { calls, run } = gatedRun();
  const [Starts, starts] = probe(() => useRun(() => run));
  const [Looks, looks] = probe(() => useRunState(run));
  const { render } = mount(
    <>
      <Starts />
      <Looks />
    </>,
  );
  starts.now.start();
  await until(() => calls.length === 1 && [starts, looks].every(({ now }) => now.progress?.inProgress === 1));
  await calm();
  const before = { renders: [starts.renders, looks.renders], values: [starts.now, looks.now] };
  await calm();
  await calm();
  const grown = [starts.renders - before.renders[0], looks.renders - before.renders[1]];
  // Rendered from outside, they show the very same.
  render(
    <>
      <Starts />
      <Looks />
    </>,
  );
  const changed = [same(starts.now, before.values[0]), same(looks.now, before.values[1])];
  const rendered = [starts.renders - before.renders[0], looks.renders - before.renders[1]];
  return { grown, rendered, changed };
}

export async function settled() {
  const run = startRun([1, 2, 3], async (item) => item, { concurrency: 2 });
  await run.finished;
  const [Looks, looks] = probe(() => useRunState(run));
  mount(<Looks />);
  await until(() => looks.now.report);
  const { renders } = looks;
  await calm();
  return { renders: looks.renders - renders, values: looks.now.report.values, state: looks.now.state };
}

/** Two components, compared at every commit. */
export async function twoViews() {
  const { calls, run } = gatedRun();
  const [First, first] = probe(() => useRunState(run));
  const [Second, second] = probe(() => useRunState(run));
  const different = [];
  function Page() {
    const { state } = useRunState(run);
    useLayoutEffect(
      () => void different.push(...same(first.now, second.now), ...(state === first.now.state ? [] : ["page"])),
    );
    return (
      <>
        <First />
        <Second />
      </>
    );
  }
  const { host } = mount(<Page />);
  await until(() => calls.length === 1);
  calls[0].resolve("A");
  await until(() => calls.length === 2);
  calls[1].reject(new Error("no"));
  await until(() => first.now.report && second.now.report);
  return {
    different,
    renders: first.renders > 2 && first.renders === second.renders,
    shown: host.textContent,
    isTheReport: second.now.report === (await run.finished),
  };
}

export async function idle() {
  const [Starts, starts] = probe(() => useRun(() => gatedRun().run));
  const [Looks, looks] = probe(() => useRunState(undefined));
  const { render } = mount(
    <>
      <Starts />
      <Looks />
    </>,
  );
  const { items } = looks.now;
  for (const { now } of [starts, looks]) {
    now.pause();
    now.resume({ retryFailed: true });
    now.cancel("why");
    now.cancelItem("a");
    now.setConcurrency(2);
  }
  const retries = await Promise.all(
    [starts, looks].map(({ now }) => now.retry("a").catch((error) => `${error.name}: ${error.message}`)),
  );
  render(
    <>
      <Starts />
      <Looks />
    </>,
  );
  await calm();
  return {
    seen: [fields(starts.now), fields(looks.now)],
    isSameItems: looks.now.items === items,
    renders: looks.renders,
    retries,
    run: String(starts.now.run),
  };
}

export async function switching() {
  const a = gatedRun();
  const b = gatedRun();
  const [Looks, looks] = probe(({ run }) => useRunState(run));
  const { render } = mount(<Looks run={a.run} />);
  await until(() => a.calls.length === 1 && b.calls.length === 1);
  a.calls[0].resolve("first");
  await until(() => statuses(looks.now) === "fulfilled running");
  const { pause } = looks.now;
  render(<Looks run={b.run} />);
  const ofB = statuses(looks.now);
  const { renders } = looks;
  await until(() => a.calls.length === 2);
  a.calls[1].resolve("second");
  const { status } = await a.run.finished;
  await calm();
  const grown = looks.renders - renders;
  pause();
  await until(() => looks.now.state === "paused");
  const { state } = b.run;
  render(<Looks run={undefined} />);
  pause();
  const none = fields(looks.now);
  render(<Looks run={a.run} />);
  await until(() => looks.now.report);
  return { ofB, grown, status, state, none, again: [looks.now.state, statuses(looks.now), looks.now.report.values] };
}

/** Everything that a run tells. */
export async function comesThrough() {
  const { calls, run } = gatedRun();
  const [Starts, starts] = probe(() => useRun(() => run));
  mount(<Starts />);
  const before = starts.now.state;
  starts.now.start();
  await until(() => calls.length === 1);
  calls[0].context.report({ fraction: 0.5, data: "half a picture" });
  await until(() => starts.now.items[0]?.data);
  const [{ key, status, fraction, data }] = starts.now.items;
  calls[0].resolve("A");
  await until(() => calls.length === 2);
  calls[1].reject(new Error("no"));
  await until(() => starts.now.report);
  const { state, progress, report, items } = starts.now;
  return {
    before,
    running: { key, status, fraction, data },
    after: {
      state,
      items: items.map((item) => [item.status, item.value ?? item.reason.message]),
      progress: [progress.completed, progress.failed, progress.total, progress.fraction],
    },
    report: [report.status, report.values, report.error.errors[0].message],
    isTheReport: report === (await run.finished),
    fractions: [...new Set(starts.committed.flatMap(({ progress: at }) => (at ? [at.fraction] : [])))],
    withoutReport: starts.committed.filter((value) => value.report && value.state !== "finished").length,
  };
}

/** The server has rendered what is idle; by the time its page is hydrated, the run is under way. */
export async function hydrated() {
  const { calls, run } = gatedRun();
  await until(() => calls.length === 1);
  const [Looks, looks] = probe(({ of }) => useRunState(of));
  const [Starts, starts] = probe(() => useRun(() => run));
  const host = document.body.appendChild(document.createElement("main"));
  host.innerHTML = renderToString(
    <>
      <Looks />
      <Starts />
    </>,
  );
  const server = host.textContent;
  const node = host.firstChild;
  const recovered = [];
  looks.committed.length = 0;
  hydrateRoot(
    host,
    <>
      <Looks of={run} />
      <Starts />
    </>,
    { onRecoverableError: (error) => recovered.push(`${error}`) },
  );
  await until(() => looks.now?.state === "running");
  starts.now.start();
  await until(() => starts.now.state === "running");
  return {
    server,
    first: looks.committed[0].state,
    shown: host.textContent,
    isSameNode: host.firstChild === node,
    recovered,
  };
}
