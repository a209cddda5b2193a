// What the examples of the README and the guide take for granted: a few scenes, a backend that is a stub, and names of
// test runners, databases and workflow engines.

import { equal } from "node:assert/strict";
import { mock } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import type { JournalEntry } from "sluicegate/journal";

interface StubScene {
  id: string;
  prompt: string;
  audioUrl: string | null;
}

interface StubChunk {
  hasMore: boolean;
  nextStartIndex?: number;
}

interface StubVideo {
  status: "processing" | "complete" | "failed";
  url: string;
  error?: string;
}

const tests: Promise<void>[] = [];
let clock: ReturnType<typeof FakeTimers.install> | undefined;
const ids = ["scene-1", "scene-2", "scene-3", "scene-4"];

const world = {
  scenes: ids.map((id): StubScene => ({ id, prompt: `A picture of ${id}`, audioUrl: null })),
  moreScenes: ["scene-5", "scene-6"].map((id): StubScene => ({ id, prompt: id, audioUrl: null })),
  job: { id: "job-1" },
  text: "Once upon a time",
  draw: async (scene: StubScene, ..._context: unknown[]) => ({ url: `/pictures/${scene.id}.png` }),
  speak: async (scene: StubScene, ..._context: unknown[]) => ({ url: `/audio/${scene.id}.mp3` }),
  show: (..._values: unknown[]) => {},
  save: async (..._values: unknown[]) => {},
  freshToken: async () => "token",
  sql: async (..._query: unknown[]) => [] as { entry: JournalEntry }[],
  engine: {
    start: async (key: string, scene: StubScene) => (key.startsWith("story-7/") ? scene.id : "no key"),
    look: async (id: string) => ({ status: "complete", output: `/${id}.mp4`, error: "" }),
    stop: async (_id: string) => {},
  },
  test: (_name: string, run: () => Promise<void>) => void tests.push(run()),
  vi: {
    fn: () => mock.fn((..._arguments: unknown[]) => {}),
    useFakeTimers: () => void (clock = FakeTimers.install()),
    advanceTimersByTimeAsync: async (ms: number) => clock?.tickAsync(ms),
    useRealTimers: () => clock?.uninstall(),
  },
  expect: (task: { mock: { callCount(): number } }) => ({
    toHaveBeenCalledTimes: (times: number) => equal(task.mock.callCount(), times),
  }),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

declare global {
  type Scene = StubScene;
  type Chunk = StubChunk;
  type Video = StubVideo;
  type Picture = { url: string };
  type Audio = { url: string };
  type Script = { title: string };
  var scenes: typeof world.scenes;
  var moreScenes: typeof world.scenes;
  var job: typeof world.job;
  var text: string;
  var draw: typeof world.draw;
  var speak: typeof world.speak;
  var show: typeof world.show;
  var save: typeof world.save;
  var freshToken: typeof world.freshToken;
  var sql: typeof world.sql;
  var engine: typeof world.engine;
  var test: typeof world.test;
  var vi: typeof world.vi;
  var expect: typeof world.expect;
  var sleep: typeof world.sleep;
}

Object.assign(globalThis, world);

/** The properties of the components among the examples. */
export const props = { scenes: world.scenes, job: world.job };

/** Waits for the tests that an example has given to the test runner. */
export const tested = () => Promise.all(tests.splice(0));

/** Gives each example a backend of its own: a phase has two chunks, a video is complete when it is asked for. */
export function reset(): void {
  globalThis.fetch = async (url, init) => {
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
    if (String(url).endsWith("/generate") && body.startIndex !== undefined)
      return Response.json(body.startIndex === 0 ? { hasMore: true, nextStartIndex: 2 } : { hasMore: false });
    return Response.json({ id: "video-1", status: "complete", url: "/video.mp4", title: "A title", outcomes: [] });
  };
}
