// The types of runs on a server, without the types of a platform.
import { type PipelineRun, type Run, startPipeline, startRun } from "sluicegate";
import { createJournal, type JournalStore } from "sluicegate/journal";
import { attachRun, type RemoteRun, startRemote } from "sluicegate/remote";
import { memoryStore, type RunContext, type RunServer, serveRuns } from "sluicegate/server";

interface Scene {
  id: string;
}
interface Picture {
  url: string;
}

declare const draw: (scene: Scene) => Promise<Picture>;
declare const journalStore: (id: string, token: number) => JournalStore;
declare const table: { put(entry: unknown): Promise<number>; truncate(): Promise<string[]> };
/** What a client of a database resolves to needs no wrapper. */
export const bare: JournalStore = { load: async () => [], append: (entry) => table.put(entry), clear: table.truncate };

const kinds = {
  storyboard: (scenes: Scene[], { id, journal, signal }: RunContext) =>
    startRun(scenes, draw, { concurrency: 2, key: (scene) => `${id}/${scene.id}`, journal, signal }),
  film: async (text: string, { journal, signal }: RunContext) =>
    startPipeline(
      [
        { name: "script", run: () => ({ pages: text.length }) },
        { name: "audio", run: ({ script }) => [script.pages] },
      ],
      { journal, signal },
    ),
};

const runs: RunServer = serveRuns({
  kinds,
  journals: ({ id, token }) => createJournal(journalStore(id, token)),
  authorize: (request, { action, command }) => (action === "command" && command === "cancel" ? undefined : request.url),
  store: memoryStore(),
  limits: { body: 10_000, runs: undefined },
});
const closed: Promise<void> = runs.close();

const board = startRemote<typeof kinds.storyboard>("/api/runs", "storyboard", [{ id: "a" }], { idempotencyKey: "k" });
const asRun: Run<Picture, Scene> = board;
const asRemote: RemoteRun<Picture, Scene> = board;
const values: Promise<Picture[]> = board.values;
const url: Promise<string> = board.url;

const film = attachRun<typeof kinds.film>("/api/runs/1", { transport: "poll", headers: () => ({ cookie: "x" }) });
const outputs: { script?: { pages: number }; audio?: number[] } = film.outputs;
const untyped: Run<unknown> = attachRun("/api/runs/1");

// @ts-expect-error another input
startRemote<typeof kinds.storyboard>("/api/runs", "storyboard", "text");
// @ts-expect-error no such option
attachRun("/api/runs/1", { idempotencyKey: "k" });
// @ts-expect-error `journals` is missing: a run without a journal is paid for again after a restart
serveRuns({ kinds, authorize: () => "ada" });
serveRuns({
  // @ts-expect-error a kind returns a run
  kinds: { none: () => 1 },
  journals: ({ id, token }) => createJournal(journalStore(id, token)),
  authorize: () => "",
});

export { asRemote, asRun, closed, outputs, type PipelineRun, untyped, url, values };
