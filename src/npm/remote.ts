/**
 * sluicegate/remote: runs that a server owns, as `sluicegate/server` serves them, by the same handle as runs in the
 * page.
 * @module
 */

import { RemoteHandle } from "../remote/handle.ts";
import type { AbortSignal, Fetch, HeadersInit, RequestInit, URL } from "../runtime/platform.ts";
import type { Run } from "./types.ts";

/** Options of `startRemote` and `attachRun`. Times are milliseconds. */
export interface RemoteOptions {
  /** Headers, or a function that returns them. It is called for every request, so that a token is never stale. */
  headers?: HeadersInit | (() => HeadersInit | PromiseLike<HeadersInit>) | undefined;
  /** Sends the requests. @default globalThis.fetch */
  fetch?: Fetch | undefined;
  /** credentials, mode and others, handed to fetch. */
  init?: RequestInit | undefined;
  /** Ends the connection, as `close` does. The run on the server goes on. */
  signal?: AbortSignal | undefined;
  /**
   * "auto" streams events, and polls where no event comes through or the server has no place for a stream.
   * @default "auto"
   */
  transport?: "auto" | "poll" | undefined;
  /** Wait between two polls. @default 2_000 */
  pollInterval?: number | undefined;
}

/** Options of `startRemote`. */
export interface StartRemoteOptions extends RemoteOptions {
  /**
   * Names the run: a start under a key of an earlier one gives that run. Made of a stable id, it survives a reload.
   * @default a random one
   */
  idempotencyKey?: string | undefined;
}

/**
 * A run on a server. It is a `Run`, with these differences. What it gives has been JSON in between. Commands take
 * effect when the server has them; the failure of one that returns nothing goes to `reportError` or the console. A
 * cancelled run is also cancelled for all others that watch it. `add`, `end` and `remove` throw a TypeError: a run on
 * a server has the items that its kind gives it.
 *
 * When the server says that there is no such run, or that it is not the user's, `finished` resolves to a report whose
 * status is "failed" and whose `error.errors[0]` is the HttpError. A broken connection is opened again for as long as
 * it takes.
 */
export interface RemoteRun<V, T = unknown> extends Run<V, T> {
  /** Resolves to the address of the run, for `attachRun`, when it has been started. Rejects if it could not be. */
  readonly url: Promise<string>;
  /** "open": the snapshot follows the server. "lost": the connection is being opened again. "closed": it is not. */
  readonly connection: "connecting" | "open" | "lost" | "closed";
  /** The outputs of the phases that are done, by their names, if the run is a pipeline. */
  readonly outputs: Readonly<Record<string, V>>;
  /**
   * Ends the connection. The run on the server goes on. The handle is finished then, with a report that has failed.
   */
  close(): void;
}

/** A function in the `kinds` of a server. */
// biome-ignore lint/suspicious/noExplicitAny: what a kind takes and makes is inferred.
export type RemoteKind = (input: any, context: any) => Run<any, any> | PromiseLike<Run<any, any>>;

/** The handle for the runs of a kind. */
export type RemoteRunOf<K extends RemoteKind> =
  Awaited<ReturnType<K>> extends Run<infer V, infer T>
    ? Omit<RemoteRun<V, T>, "outputs"> & {
        readonly outputs: Awaited<ReturnType<K>> extends { readonly outputs: infer O } ? O : RemoteRun<V, T>["outputs"];
      }
    : never;

/**
 * Starts a run on a server, and returns its handle at once. `useRun` and `useRunState` take it as any other run. With
 * `useRun`, set `onUnmount: "keep"`, or leaving the page cancels the run.
 *
 * @param url Where the handler of `serveRuns` is mounted.
 * @param kind Name of a function in its `kinds`. Its type, as the type argument, types the input and the handle.
 * @param input What that function gets: JSON.
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startRemote<typeof kinds.storyboard>("/api/runs", "storyboard", scenes, { idempotencyKey: story.id });
 * localStorage.run = await run.url;
 */
export function startRemote<K extends RemoteKind = (input: unknown) => Run<unknown>>(
  url: string | URL,
  kind: string,
  input: Parameters<K>[0],
  options: StartRemoteOptions = {},
): RemoteRunOf<K> {
  return RemoteHandle.start(url, kind, input, options) as unknown as RemoteRunOf<K>;
}

/**
 * Returns a handle for a run that was started before, here or elsewhere.
 *
 * @param url The address of the run: what `url` of the handle that started it resolves to.
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = attachRun<typeof kinds.storyboard>(localStorage.run);
 * run.subscribe(() => show(run.snapshot));
 */
export function attachRun<K extends RemoteKind = (input: unknown) => Run<unknown>>(
  url: string | URL,
  options: RemoteOptions = {},
): RemoteRunOf<K> {
  return RemoteHandle.attach(url, options) as unknown as RemoteRunOf<K>;
}
