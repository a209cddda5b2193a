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
  const afterwards = seen.now.start("afterwards");
  await until(() => seen.now.run === afterwards && seen.now.state === "running");
  return {
    isTheSame: [atOnce, whileRunning, whilePaused, whileCancelling].map((run) => run === first),
    isAnother: afterwards !== first && seen.now.report === undefined,
    begun: begun.map(({ name }) => name),
  };
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
