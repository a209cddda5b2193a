// The end of a component, and what is not the end.
import { StrictMode } from "react";
import { init, startRun } from "sluicegate";
import { useRun, useRunState } from "sluicegate/react";
import { calm, gate, gatedRun, mount, probe, until } from "./lab.jsx";

/** A component with a run of which one call is under way. */
async function begun(hookOptions, runOptions) {
  const { calls, task } = gate();
  const [Probe, seen] = probe(({ onUnmount = hookOptions }) =>
    useRun(() => startRun(["a", "b"], task, { concurrency: 1, ...runOptions }), onUnmount),
  );
  const page = mount(<Probe />);
  const run = seen.now.start();
  await until(() => calls.length === 1 && seen.now.progress?.inProgress === 1);
  return { ...page, Probe, seen, run, calls };
}

const signals = ({ signal, cancelled }) => ({ isAborted: signal.aborted, isCancelled: cancelled.aborted });

export async function unmountAborts() {
  const { unmount, seen, run, calls } = await begun(undefined, { onCancel: "abort" });
  const { renders } = seen;
  unmount();
  const report = await run.finished;
  await calm();
  return { ...signals(calls[0].context), calls: calls.length, status: report.status, renders: seen.renders - renders };
}

/** Work under way has been paid for: as in any cancelled run, it may finish. */
export async function unmountDrains() {
  const { unmount, seen, run, calls } = await begun();
  const { renders } = seen;
  unmount();
  await calm();
  const during = { ...signals(calls[0].context), state: run.state };
  calls[0].resolve("paid for");
  const { status, values } = await run.finished;
  await calm();
  return { ...during, calls: calls.length, status, values, renders: seen.renders - renders };
}

export async function unmountKeeps() {
  const { unmount, seen, run, calls } = await begun({ onUnmount: "keep" });
  const { renders } = seen;
  unmount();
  await calm();
  const during = { ...signals(calls[0].context), state: run.state };
  calls[0].resolve(1);
  await until(() => calls.length === 2);
  calls[1].resolve(2);
  const { status, values } = await run.finished;
  await calm();
  return { ...during, status, values, renders: seen.renders - renders };
}

/** The option is that of the latest render. */
export async function latestOption() {
  const states = [];
  for (const options of [
    ["cancel", "keep"],
    ["keep", "cancel"],
    ["keep", undefined],
  ]) {
    const { render, unmount, run, Probe } = await begun({ onUnmount: options[0] });
    render(<Probe onUnmount={{ onUnmount: options[1] }} />);
    unmount();
    await calm();
    states.push(run.state);
  }
  return states;
}

export async function strictUnmount() {
  const { calls, task } = gate();
  const [Probe, seen] = probe(() => useRun(() => startRun(["a"], task, { concurrency: 1, onCancel: "abort" })));
  const { unmount } = mount(
    <StrictMode>
      <Probe />
    </StrictMode>,
  );
  const run = seen.now.start();
  await until(() => calls.length === 1);
  const before = signals(calls[0].context);
  unmount();
  return { before, status: (await run.finished).status, after: signals(calls[0].context) };
}

/** Another key is another component. */
export async function anotherKey() {
  const { render, seen, run, calls, Probe } = await begun(undefined, { onCancel: "abort" });
  render(<Probe key="another" />);
  await run.finished;
  return { ...signals(calls[0].context), state: seen.now.state };
}

/** A click whose answer comes late, as in `await save(); start()`. */
export async function startAfterUnmount() {
  const outcomes = {};
  // With an engine that is there, a run begins at once.
  await init();
  for (const onUnmount of ["cancel", "keep"]) {
    const { calls, task } = gate();
    const [Probe, seen] = probe(() =>
      useRun(() => startRun(["a"], task, { concurrency: 1, onCancel: "abort" }), { onUnmount }),
    );
    const { unmount } = mount(<Probe />);
    unmount();
    await calm();
    const run = seen.now.start();
    await calm();
    outcomes[onUnmount] = { state: run.state, calls: calls.length };
  }
  return outcomes;
}

/** A component that only watches ends nothing. */
export async function onlooker() {
  const { run, calls } = gatedRun();
  const [Probe, seen] = probe(() => useRunState(run));
  const { unmount } = mount(
    <StrictMode>
      <Probe />
    </StrictMode>,
  );
  await until(() => calls.length === 1 && seen.now.progress.inProgress === 1);
  const { renders } = seen;
  unmount();
  await calm();
  const { state } = run;
  calls[0].resolve();
  await until(() => calls.length === 2);
  calls[1].resolve();
  const { status } = await run.finished;
  await calm();
  return { state, ...signals(calls[0].context), status, renders: seen.renders - renders };
}
