// What the examples of docstrings take for granted: values, and a backend that has done all work.

import type { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { Limiter, startRun, type TaskContext } from "sluicegate";
import { type JournalStore, memoryJournal } from "sluicegate/journal";
import type { RunContext } from "sluicegate/server";

interface StubScene {
  id: string;
  prompt: string;
  isCover: boolean;
}

const sceneOf = (id: string): StubScene => ({ id, prompt: id, isCover: id === "scene-1" });
const drawn = async (scene: StubScene, ..._context: unknown[]) => ({ url: `/${scene.id}.png` });
const startedStory = (scenes: StubScene[], { journal }: RunContext) =>
  startRun(scenes, drawn, { concurrency: 1, key: ({ id }) => id, journal });
const ids = ["scene-1", "scene-2", "scene-3"];
const stubs = ids.map(sceneOf);
const startScenes = () => startRun(stubs, drawn, { concurrency: 1, key: ({ id }) => id });

const world = {
  outlines: ids,
  scenes: stubs,
  scene: sceneOf("scene-1"),
  shot: "shot-1",
  id: "video-1",
  text: "Once upon a time",
  job: { id: "job-1" },
  story: { id: "story-1" },
  kinds: { storyboard: startedStory },
  signal: new AbortController().signal,
  journal: memoryJournal(),
  startStory: startedStory,
  draw: drawn,
  write: async (outline: string, _completed: readonly StubScene[]) => sceneOf(outline),
  render: async (shot: string, _context: unknown) => ({ url: `/${shot}.mp4` }),
  animate: async (scene: StubScene, sound: { url: string }) => `${scene.id} ${sound.url}`,
  speak: async (text: unknown, ..._context: unknown[]) => ({ url: `/${text}.mp3` }),
  fetchContent: async (outline: string) => outline,
  narrate: async (_outline: string, content: string, carry: string[]) => ({ value: content, carry }),
  show: (..._values: unknown[]) => {},
  save: async (_chunk: unknown) => {},
  authorize: (request: Request) => request.headers.get("x-user"),
  userOf: (cookie: string | null) => cookie,
  fileJournal: (_id: string) => memoryJournal(),
  app: { all: (_path: string, _handler: (context: { req: { raw: Request } }) => Promise<Response>) => {} },
};

declare global {
  type Scene = StubScene;
  type Picture = { url: string };
  type Sound = { url: string };
  type Script = { title: string };
  type Video = { status: "processing" | "complete" | "failed"; url: string; error?: string };
  type Job = { id: string };
  type Chunk = { hasMore: boolean; nextStartIndex?: number };
  type Speech = string;
  var context: TaskContext;
  var run: ReturnType<typeof startScenes>;
  var shots: { run: typeof run };
  var backend: Limiter;
  // Of examples that are only type-checked.
  var redis: Redis;
  var queue: Queue;
  var events: QueueEvents;
  var database: object;
  var storeIn: (database: object, name: string) => JournalStore;
  var test: (name: string, run: () => Promise<unknown>) => void;
  var outlines: (typeof world)["outlines"];
  var scenes: (typeof world)["scenes"];
  var scene: (typeof world)["scene"];
  var shot: (typeof world)["shot"];
  var id: (typeof world)["id"];
  var text: (typeof world)["text"];
  var job: (typeof world)["job"];
  var story: (typeof world)["story"];
  var kinds: (typeof world)["kinds"];
  var signal: (typeof world)["signal"];
  var journal: (typeof world)["journal"];
  var startStory: (typeof world)["startStory"];
  var draw: (typeof world)["draw"];
  var write: (typeof world)["write"];
  var render: (typeof world)["render"];
  var animate: (typeof world)["animate"];
  var speak: (typeof world)["speak"];
  var fetchContent: (typeof world)["fetchContent"];
  var narrate: (typeof world)["narrate"];
  var show: (typeof world)["show"];
  var save: (typeof world)["save"];
  var authorize: (typeof world)["authorize"];
  var userOf: (typeof world)["userOf"];
  var fileJournal: (typeof world)["fileJournal"];
  var app: (typeof world)["app"];
}

Object.assign(globalThis, world);

/** Gives each example a run that has ended, the context of a task, a limiter and a backend of its own. */
export async function reset(): Promise<void> {
  globalThis.fetch = async () => Response.json({ id: "video-1", status: "complete", url: "/1.mp4", hasMore: false });
  globalThis.backend = new Limiter();
  globalThis.run = startScenes();
  globalThis.shots = { run };
  await run.finished;
  await new Promise((begun) => {
    const hold = (_item: number, _index: number, context: TaskContext) => {
      globalThis.context = context;
      begun(context);
      return new Promise(() => {});
    };
    startRun([1], hold, { concurrency: 1 });
  });
}
