/**
 * sluicegate/server: runs that a server owns. They go on without an open tab, and several tabs watch and steer one
 * run, by `sluicegate/remote`.
 * @module
 */

import { refuseUnknown } from "../runtime/known-options.ts";
import { functionNamed } from "../runtime/options.ts";
import type { AbortSignal, Request, Response } from "../runtime/platform.ts";
import { badOption, isObject, reportUncaught } from "../runtime/values.ts";
import { memoryStore as newStore } from "../server/memory-store.ts";
import { wireReason } from "../server/reasons.ts";
import { Server } from "../server/serve.ts";
import type { RunStore } from "../server/store.ts";
import type { Journal, Run } from "./types.ts";

export type * from "../server/store.ts";

/** What a function in `kinds` is given besides the input. */
export interface RunContext {
  /** Id of the run, a UUID: for idempotency keys that survive a restart. */
  readonly id: string;
  /** The user whose run it is. */
  readonly user: string;
  /** Pass it to the run, as `journal`. */
  readonly journal: Journal;
  /** Aborts when this process has to leave the run to another one. Pass it to the run, as `signal`. */
  readonly signal: AbortSignal;
}

/**
 * Starts the runs of a kind. It is called again with the same input when the run is resumed. `input` is JSON from a
 * client: check it. An error whose `status` or `statusCode` is from 400 to 499 refuses the start, and its message is
 * the answer. An error with `issues`, such as that of a validation library, is a 422 with these issues.
 */
export type StartKind = (input: never, context: RunContext) => Run<unknown> | PromiseLike<Run<unknown>>;

/** The run whose journal is asked for. */
export interface JournalOwner {
  readonly id: string;
  readonly kind: string;
  readonly user: string;
  /** The fencing token: a store refuses entries under a token that is lower than one that it has seen. */
  readonly token: number;
}

/** A journal of `sluicegate/journal`. */
export interface ServedJournal extends Journal {
  clear(): Promise<void>;
}

/** What a request asks for. */
export interface RunAccess {
  readonly action: "start" | "list" | "read" | "command";
  /** Id of the run; `undefined` for "start" and "list". */
  readonly id: string | undefined;
  /** Kind of the run to start. */
  readonly kind?: string;
  /** Name of the command: "pause", "resume", "cancel", "cancelItem", "retry", "retryFailed" or "setConcurrency". */
  readonly command?: string;
}

/** Limits of each user. More is refused: 413 for a body, 429 for the others. */
export interface ServeLimits {
  /** Bytes of a request's body. @default 1_000_000 */
  body?: number | undefined;
  /** Open event streams in this process. A client that gets no stream polls. @default 20 */
  streams?: number | undefined;
  /** Runs that have not finished. @default 100 */
  runs?: number | undefined;
}

/** Options of `serveRuns`. Times are milliseconds. */
export interface ServeOptions<K extends Readonly<Record<string, StartKind>>> {
  /** The functions that start runs, by the name of their kind. */
  kinds: K;
  /**
   * Returns the journal of a run. After a restart or a crash the run goes on from it, so it has to be where the next
   * process finds it: `createJournal` of `sluicegate/journal`, or a journal in Redis of `sluicegate/bullmq`.
   */
  journals: (run: JournalOwner) => ServedJournal | PromiseLike<ServedJournal>;
  /**
   * Returns the name of the user that asks. A run belongs to the user that started it, and does not exist for others.
   * To share runs in a team, return the name of the team. `undefined` is answered with 401, a Response as it is.
   * Called for every request, before its body is read; leave the body alone.
   */
  authorize: (
    request: Request,
    access: RunAccess,
  ) => string | undefined | null | Response | PromiseLike<string | undefined | null | Response>;
  /** What processes share. @default `memoryStore()`: runs of one process, until it ends */
  store?: RunStore | undefined;
  limits?: ServeLimits | undefined;
  /** Time from a change to its event; changes in between come in one event. @default 100 */
  interval?: number | undefined;
  /** Time after which the runs of a process that died are taken over. @default 15_000 */
  lease?: number | undefined;
  /** Time that a finished run is kept. Its journal is cleared with it. @default 7 days */
  keep?: number | undefined;
  /** Time that calls under way have at `close`. @default 10_000 */
  grace?: number | undefined;
  /** Longest life of an event stream; the client connects again, and is authorized anew. @default 15 minutes */
  streamTime?: number | undefined;
  /**
   * Returns what clients get in place of the failure of an item. Of an error they get the name, message, `status`,
   * `code`, `body`, `retryAfter` and `errors`; never its stack and `cause`.
   * @default the failure itself
   */
  expose?: ((reason: unknown) => unknown) | undefined;
  /**
   * Called with errors of the store, of functions of yours, and of runs that cannot be resumed.
   * @default reportError or the console
   */
  onError?: ((error: unknown) => void) | undefined;
}

/** A handler of requests, and a method that ends it. Needs no `this`. */
export interface RunServer {
  (request: Request): Promise<Response>;
  /**
   * Starts nothing more, waits at most `grace` milliseconds for calls in flight, ends the streams, and leaves the runs
   * to other processes, or to the next start of this one.
   */
  close(): Promise<void>;
}

const DAY = 86_400_000;
const OPTIONS = [
  ...["kinds", "journals", "authorize", "store", "limits", "interval", "lease", "keep", "grace", "streamTime"],
  ...["expose", "onError"],
];
const LIMITS = ["body", "streams", "runs"];

/**
 * Returns a handler for runs that this process, or another one with the same store, owns. It can be mounted anywhere,
 * with all addresses below:
 *
 * | request | answer |
 * | --- | --- |
 * | `POST …/storyboard`, the input as JSON, `Idempotency-Key` | starts a run: 201, or 200 if the key has |
 * | `GET …/` | the user's runs |
 * | `GET …/id` | the state of a run |
 * | `GET …/id/events` | its events: server-sent, from `Last-Event-ID` on, or as JSON |
 * | `POST …/id/pause`, the arguments as a JSON array | a command |
 *
 * Runs that are unfinished and owned by nobody, as after a restart, are resumed from their journals. Everything that
 * clients send and get is JSON.
 *
 * @throws TypeError that names the option and the value, if it cannot be used.
 * @example
 * const runs = serveRuns({
 *   kinds: {
 *     storyboard: (scenes: Scene[], { journal, signal }) =>
 *       startRun(scenes, draw, { concurrency: 2, key: ({ id }) => id, journal, signal }),
 *   },
 *   journals: ({ id }) => fileJournal(id),
 *   authorize: (request) => userOf(request.headers.get("cookie")),
 * });
 * app.all("/api/runs/*", (context) => runs(context.req.raw));
 */
export function serveRuns<K extends Readonly<Record<string, StartKind>>>(options: ServeOptions<K>): RunServer {
  const { kinds, journals, authorize, store = newStore(), limits = {}, expose, onError = reportUncaught } = options;
  refuseUnknown(options, OPTIONS);
  refuseUnknown(limits, LIMITS, "limits.");
  if (!isObject(kinds)) throw badOption("kinds", "an object", kinds);
  for (const [name, start] of Object.entries(kinds)) functionNamed(`kinds.${name}`, start);
  functionNamed("journals", journals);
  functionNamed("authorize", authorize);
  functionNamed("onError", onError);
  if (expose !== undefined) functionNamed("expose", expose);
  const { body, streams, runs } = limits;
  const { interval, lease, keep, grace, streamTime } = options;
  const server = new Server({
    ...{ kinds, journals, authorize, store, onError },
    reason: expose ? (reason) => wireReason(expose(reason)) : wireReason,
    interval: wait("interval", interval, 100),
    lease: wait("lease", lease, 15_000),
    keep: numberOr("keep", keep, 7 * DAY),
    grace: wait("grace", grace, 10_000),
    linger: 60_000,
    wait: 5_000,
    limits: {
      body: numberOr("limits.body", body, 1_000_000),
      streams: numberOr("limits.streams", streams, 20),
      runs: numberOr("limits.runs", runs, 100),
    },
    streams: { heartbeat: 15_000, time: wait("streamTime", streamTime, 900_000), linger: 60_000 },
  });
  return Object.assign((request: Request) => server.handle(request), { close: () => server.close() });
}

/**
 * Returns a store in memory. Its runs end with the process, and only servers that are given the same store share them:
 * for tests, and where a run may get lost.
 *
 * @example
 * const store = memoryStore();
 */
export function memoryStore(): RunStore {
  return newStore();
}

/** Returns a number from 0, or its default. */
function numberOr(name: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value !== "number" || !(value >= 0)) throw badOption(name, "a number from 0", value);
  return value;
}

/** The longest delay of a timer. A longer one fires at once. */
const LONGEST = 2 ** 31 - 1;

/** Returns a time in milliseconds for which a timer waits, or its default. */
const wait = (name: string, value: unknown, otherwise: number): number =>
  Math.min(numberOr(name, value, otherwise), LONGEST);
