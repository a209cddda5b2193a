/** Runs of the storyboard that the server owns, where it does that: `npm start -- --queue`. */

import { attachRun, startRemote } from "sluicegate/remote";
import type { Wait } from "../shared/calls";
import { getProject } from "../storyboard/api";
import type { Story, StoryEvent, StoryRun } from "../storyboard/story";

type Show = (event: StoryEvent & { type: "project" }) => void;

const RUNS = "/api/runs";
/** Where the address of the last run is kept, for the next visit and for other tabs. */
const KEPT = "sluicegate:server-run";
/** Least time between two looks at the scenes, in milliseconds. */
const LOOK = 1_000;

let ownsRuns = false;

/** Resolves to whether the server owns the runs. */
export const serverOwnsRuns: Promise<boolean> = fetch("/api/config")
  .then((reply) => (reply.ok ? reply.json() : undefined))
  .then(
    (config: { ownsRuns?: boolean } | undefined) => (ownsRuns = config?.ownsRuns === true),
    () => false,
  );

/** Returns whether the server owns the runs, as far as is known yet. */
export const isOnServer = (): boolean => ownsRuns;

/** Returns whether an earlier visit has left a run on the server. */
export const hasServerRun = (): boolean => localStorage.getItem(KEPT) !== null;

/** The next start is that of another story. */
export const forgetServerRun = (): void => localStorage.removeItem(KEPT);

/** Starts a story on the server, or follows the one of an earlier visit or of another tab. */
export function startOnServer({ input, recovery }: Story, show: Show): StoryRun {
  const past = localStorage.getItem(KEPT);
  const { text, title } = input;
  const run =
    past !== null ? attachRun(past) : startRemote(RUNS, "story", { text, title }, { idempotencyKey: recovery.id });
  run.url.then(
    (url) => localStorage.setItem(KEPT, url),
    () => localStorage.removeItem(KEPT),
  );
  follow(run as unknown as StoryRun, show);
  return run as unknown as StoryRun;
}

/** Returns the waits of the calls of a run on the server, as its phases report them. */
export const waitsOf = (items: StoryRun["snapshot"]["items"]): Wait[] =>
  items
    .flatMap((item) => (ownsRuns && item.status === "running" ? ((item.data ?? []) as Reported[]) : []))
    .map(({ message, until, ...wait }) => ({
      ...wait,
      error: new Error(message),
      until: until - Date.now() + performance.now(),
    }));

type Reported = Omit<Wait, "error"> & { readonly message: string };

/** Shows the scenes as the server has them. */
export async function showScenes({ outputs: { script } }: StoryRun, show: Show): Promise<void> {
  if (!script) return;
  const project = await getProject(script, new AbortController().signal).catch(() => undefined);
  if (project) show({ type: "project", project });
}

/** Shows the scenes after the changes of a run. */
function follow(run: StoryRun, show: Show): void {
  let looking: Promise<unknown> | undefined;
  let isLate = false;
  const look = async (): Promise<void> => {
    isLate = looking !== undefined;
    if (looking) return;
    looking = showScenes(run, show).then(() => new Promise((resolve) => setTimeout(resolve, LOOK)));
    await looking;
    looking = undefined;
    if (isLate) void look();
  };
  run.subscribe(() => void look());
}
