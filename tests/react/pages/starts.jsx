import { StrictMode, useEffect, useLayoutEffect, version } from "react";
import { createRoot } from "react-dom/client";
import { startPhase, startPipeline, startRun } from "sluicegate";
import { useRun, useRunState } from "sluicegate/react";
import { calm, FUNCTIONS, gate, gatedRun, mount, probe, until } from "./lab.jsx";

/** Which functions of a hook were another at any render. */
const changed = (seen, names) =>
  names.filter((name) =>
    seen.committed.some((value) => typeof value[name] !== "function" || value[name] !== seen.committed[0][name]),
  );

export async function inlineClosures() {
  const { calls, task } = gate();
  const [Starts, starts] = probe(({ concurrency }) =>
    useRun(() => startRun(["a", "b"], async (...args) => task(...args), { concurrency }), { onUnmount: "cancel" }),
  );
  const [Looks, looks] = probe(({ run }) => useRunState(run));
  const page = (concurrency, run) => (
    <>
      <Starts concurrency={concurrency} />
      <Looks run={run} />
    </>
  );
  const { render } = mount(page(1));
  render(page(2));
  const run = starts.now.start();
  render(page(3, run));
  await until(() => calls.length === 2);
  for (const call of calls) call.resolve();
  await until(() => starts.now.report && looks.now.report);
  render(page(4, gatedRun().run));
  return {
    react: version.split(".")[0],
    changed: [changed(starts, ["start", ...FUNCTIONS]), changed(looks, FUNCTIONS)],
    isRenderedOften: starts.renders >= 5 && looks.renders >= 5,
    states: [...new Set(starts.committed.map(({ state }) => state))],
  };
}

export async function latestClosure() {
  const begun = [];
  const [Probe, seen] = probe(({ name }) => {
    const shots = useRun((item) => {
      begun.push(`${name}: ${item}`);
      return startRun([item], async () => `${name} drew ${item}`, { concurrency: 1 });
    });
    // As early as an effect can be.
    useLayoutEffect(() => {
      if (name === "third") shots.start("from an effect");
    }, [name, shots.start]);
    return shots;
  });
  const { render } = mount(<Probe name="first" />);
  const { start } = seen.now;
  render(<Probe name="second" />);
  const { values } = await start("by hand").finished;
  render(<Probe name="third" />);
  return { begun, values };
}

/** Effects of the component itself and of a child of it, in StrictMode, and none of them taken off by hand. */
export async function strictStart() {
  const { calls, task } = gate();
  const counts = { begun: 0, effects: 0, childEffects: 0 };
  const returned = new Set();
  const begin = () => {
    counts.begun++;
    return startRun(["a"], task, { concurrency: 1, onCancel: "abort" });
  };
  function Child({ start }) {
    useEffect(() => {
      counts.childEffects++;
      returned.add(start());
    }, [start]);
    return null;
  }
  let latest;
  function Page() {
    const shots = useRun(() => begin());
    useEffect(() => {
      counts.effects++;
      returned.add(shots.start());
    }, [shots.start]);
    useEffect(() => void (latest = shots));
    return <Child start={shots.start} />;
  }
  // Not flushed: as an application is rendered.
  createRoot(document.body.appendChild(document.createElement("main"))).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
  await until(() => calls.length > 0 && latest?.state === "running");
  await calm();
  const during = {
    state: latest.state,
    calls: calls.length,
    isAborted: calls[0].context.signal.aborted,
    isCancelled: calls[0].context.cancelled.aborted,
  };
  calls[0].resolve("drawn");
  await until(() => latest.report);
  return {
    ...counts,
    runs: returned.size,
    isTheRun: returned.has(latest.run),
    ...during,
    status: latest.report.status,
    values: latest.report.values,
  };
}

export async function secondStart() {
  const begun = [];
  const [Probe, seen] = probe(() =>
    useRun((name) => {
      const gated = gatedRun();
      begun.push({ name, ...gated });
      return gated.run;
    }),
  );
  mount(<Probe />);
  const first = seen.now.start("first");
  const atOnce = seen.now.start("at once");
  await until(() => begun[0].calls.length === 1);
  const whileRunning = seen.now.start("while running");
  seen.now.pause();
  const whilePaused = seen.now.start("while paused");
  seen.now.cancel();
  const whileCancelling = seen.now.start("while cancelling");
  begun[0].calls[0].resolve();
  await first.finished;
  whileCancelling.cancel();
  await until(() => whileCancelling.state !== "running");
  begun[1].calls[0]?.resolve();
  await whileCancelling.finished;
  const afterwards = seen.now.start("afterwards");
  await until(() => seen.now.run === afterwards && seen.now.state === "running");
  return {
    isTheSame: [atOnce, whileRunning, whilePaused, whileCancelling].map((run) => run === first),
    isAnother: afterwards !== first && seen.now.report === undefined,
    begun: begun.map(({ name }) => name),
  };
}

export async function restarts() {
  const begun = [];
  const told = [];
  const [Probe, seen] = probe(({ name }) =>
    useRun(
      () => {
        const gated = gatedRun();
        begun.push(gated);
        return gated.run;
      },
      { onOutcome: ({ key, status }) => told.push(`${name}: ${key} ${status}`) },
    ),
  );
  const { render, unmount } = mount(<Probe name="first" />);
  const first = seen.now.start();
  await until(() => begun[0].calls.length === 1);
  render(<Probe name="second" />);
  const second = seen.now.restart();
  await until(() => begun[1].calls.length === 1);
  begun[0].calls[0].resolve();
  await first.finished;
  begun[1].calls[0].resolve();
  await until(() => begun[1].calls.length === 2);
  begun[1].calls[1].resolve();
  await second.finished;
  // Asked for again after the end of a run that is shown no more.
  void second.retry("a", { regenerate: true });
  await until(() => begun[1].calls.length === 3);
  const third = seen.now.start();
  await until(() => begun[2].calls.length === 1);
  unmount();
  await calm();
  return {
    isAnother: first !== second && second !== third,
    firstState: first.state,
    told: told.sort(),
    cancelled: [begun[1].calls[2], begun[2].calls[0]].map(({ context }) => context.cancelled.aborted),
  };
}

/** An `onOutcome` that throws at the first outcome, in a run of which an item is retried after the end. */
export async function outcomesAfterTheEnd() {
  const told = [];
  const reported = [];
  const { reportError } = globalThis;
  globalThis.reportError = (error) => reported.push(error.message);
  const onOutcome = ({ key, status }) => {
    told.push(`${key} ${status}`);
    if (told.length === 1) throw new Error("not told");
  };
  const { calls, run } = gatedRun();
  const [Probe, seen] = probe(() => useRun(() => run, { onOutcome }));
  mount(<Probe />);
  seen.now.start();
  await until(() => calls.length === 1);
  calls[0].resolve();
  await until(() => calls.length === 2);
  calls[1].reject(new Error("no"));
  await run.finished;
  const again = seen.now.retryFailed();
  // The same run, of which no outcome is told twice.
  seen.now.start();
  await until(() => calls.length === 3);
  calls[2].resolve();
  await again;
  await calm();
  globalThis.reportError = reportError;
  return { told, reported };
}

export async function noRun() {
  const messages = [];
  for (const start of [() => undefined, async () => gatedRun().run, () => 5]) {
    const [Probe, seen] = probe(() => useRun(start));
    mount(<Probe />);
    try {
      seen.now.start();
    } catch (error) {
      messages.push(`${error.name}: ${error.message}`);
    }
  }
  return messages;
}

export async function failedStart() {
  let broken = true;
  const [Probe, seen] = probe(() =>
    useRun(() => {
      if (broken) throw new RangeError("no scenes");
      return gatedRun().run;
    }),
  );
  mount(<Probe />);
  let thrown;
  try {
    seen.now.start();
  } catch (error) {
    thrown = `${error}`;
  }
  const before = seen.now.state;
  broken = false;
  seen.now.start();
  await until(() => seen.now.state === "running");
  return { thrown, before };
}

/** Every kind of run is kept as what it is. */
export async function kinds() {
  const [Phase, phase] = probe(() =>
    useRun(() =>
      startPhase(
        ({ startIndex }) => {
          if (startIndex === 4) throw new Error("down");
          return { hasMore: true, nextStartIndex: startIndex + 2 };
        },
        { stagger: 0 },
      ),
    ),
  );
  const [Pipeline, pipeline] = probe(() =>
    useRun(() =>
      startPipeline([
        { name: "script", run: () => "S" },
        { name: "audio", run: ({ script }) => `${script}A` },
      ]),
    ),
  );
  mount(
    <>
      <Phase />
      <Pipeline />
    </>,
  );
  phase.now.start();
  pipeline.now.start();
  await until(() => phase.now.report && pipeline.now.report);
  return {
    nextStartIndex: phase.now.run.nextStartIndex,
    phase: phase.now.report.status,
    outputs: pipeline.now.run.outputs,
    pipeline: pipeline.now.report.status,
  };
}
