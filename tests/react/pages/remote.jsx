// Runs on a server, in components. The server is in the page: its handler takes the requests.
import { StrictMode, useEffect, useState } from "react";
import { startRun } from "sluicegate";
import { memoryJournal } from "sluicegate/journal";
import { useRun, useRunState } from "sluicegate/react";
import { attachRun, startRemote } from "sluicegate/remote";
import { serveRuns } from "sluicegate/server";
import { gate, mount, probe, statuses, until } from "./lab.jsx";

function serve() {
  const { calls, task } = gate();
  const server = serveRuns({
    kinds: {
      letters: (letters, { journal, signal }) =>
        startRun(letters, task, { concurrency: 1, key: (letter) => letter, journal, signal }),
    },
    journals: () => memoryJournal(),
    authorize: () => "ada",
    interval: 5,
  });
  const options = { fetch: (url, init) => server(new Request(new URL(url, location.href), init)) };
  return { calls, server, options };
}

/** `useRun` starts a run on a server. A second component shows the same run by its address, and steers it. */
export async function remoteRuns() {
  const { calls, server, options } = serve();
  const outcomes = [];
  const [Starter, first] = probe(() =>
    useRun((letters) => startRemote("/runs", "letters", letters, options), {
      onUnmount: "keep",
      onOutcome: ({ key }) => outcomes.push(key),
    }),
  );
  const one = mount(
    <StrictMode>
      <Starter />
    </StrictMode>,
  );
  const run = first.now.start(["a", "b"]);
  const again = first.now.start(["c"]);
  const url = await run.url;

  const [Watcher, second] = probe(() => {
    const [attached, setAttached] = useState();
    useEffect(() => {
      const mine = attachRun(url, options);
      setAttached(mine);
      return () => mine.close();
    }, []);
    return useRunState(attached);
  });
  const two = mount(
    <StrictMode>
      <Watcher />
    </StrictMode>,
  );
  await until(() => second.now.state === "running" && statuses(second.now) === "running waiting");
  second.now.pause();
  await until(() => first.now.state === "paused");
  calls[0].resolve("A");
  await until(() => statuses(first.now) === "fulfilled waiting" && statuses(second.now) === "fulfilled waiting");
  first.now.resume();
  await until(() => calls.length === 2);
  one.unmount();
  calls[1].resolve("B");
  await until(() => second.now.report);
  const { status, values } = second.now.report;
  const shown = second.now.items.map(({ value }) => value);
  two.unmount();
  run.close();
  await server.close();
  return { isOne: run === again, status, values, shown, outcomes, calls: calls.length };
}

/** Without `onUnmount`, leaving the page cancels the run on the server. */
export async function remoteUnmount() {
  const { calls, server, options } = serve();
  const [Starter, seen] = probe(() => useRun((letters) => startRemote("/runs", "letters", letters, options)));
  const page = mount(<Starter />);
  const run = seen.now.start(["a", "b"]);
  await until(() => statuses(seen.now) === "running waiting");
  page.unmount();
  await until(() => run.state === "cancelling");
  calls[0].resolve("A");
  const { status } = await run.finished;
  run.close();
  await server.close();
  return { status, items: statuses(run.snapshot) };
}

/** A run that starts when its component mounts, and components that come and go, under StrictMode. */
export async function remoteStrict() {
  const { calls, server, options } = serve();
  let starts = 0;
  const open = new Set();
  const fetch = (url, init) => {
    if (init.method === "POST" && String(url).endsWith("/letters")) starts += 1;
    if (new Headers(init.headers).get("accept") === "text/event-stream") {
      open.add(init.signal);
      init.signal.addEventListener("abort", () => open.delete(init.signal));
    }
    return options.fetch(url, init);
  };
  const [Starter, first] = probe(() => {
    const board = useRun(() => startRemote("/runs", "letters", ["a", "b"], { fetch }));
    const { start } = board;
    useEffect(() => void start(), [start]);
    return board;
  });
  const page = mount(
    <StrictMode>
      <Starter />
    </StrictMode>,
  );
  await until(() => first.now && statuses(first.now) === "running waiting");
  const { run } = first.now;
  const url = await run.url;
  const shown = [];
  for (let visit = 0; visit < 3; visit++) {
    const [Watcher, seen] = probe(() => {
      const [attached, setAttached] = useState();
      useEffect(() => {
        const mine = attachRun(url, { fetch });
        setAttached(mine);
        return () => mine.close();
      }, []);
      return useRunState(attached);
    });
    const watcher = mount(
      <StrictMode>
        <Watcher />
      </StrictMode>,
    );
    await until(() => seen.now && statuses(seen.now) === "running waiting");
    shown.push(seen.now.state);
    watcher.unmount();
    await until(() => open.size === 1);
  }
  const state = run.state;
  page.unmount();
  await until(() => run.state === "cancelling");
  calls[0].resolve("A");
  const { status } = await run.finished;
  // Another visit goes on with what was kept.
  const later = attachRun(url, { fetch });
  const [Late, last] = probe(() => useRunState(later));
  const view = mount(<Late />);
  await until(() => last.now.report?.status === "cancelled");
  last.now.resume();
  await until(() => calls.length === 2 && last.now.report === undefined);
  calls[1].resolve("B");
  await until(() => last.now.report?.status === "completed");
  const { values } = last.now.report;
  view.unmount();
  run.close();
  later.close();
  await until(() => open.size === 0);
  await server.close();
  return { starts, shown, state, status, values, calls: calls.length };
}
