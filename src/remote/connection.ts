// The connection to a run on a server: starts it, follows its events, sends commands.

import { callPhase, HttpError, pollUntil } from "../npm/index.ts";
import type { RemoteOptions } from "../npm/remote.ts";
import { property } from "../runtime/values.ts";
import type { WireEvent, WireEvents } from "./wire.ts";

/** Time until the first event of a stream, after which it is taken for one that a proxy holds back. */
const FIRST = 10_000;
/** Longest silence of a stream. The server sends a comment every 15 seconds. */
const SILENCE = 45_000;
/** Shortest wait until a stream that has ended is opened again. The random part keeps clients apart. */
const AGAIN = 500;

/** Number of attempts of a start or a command, over half a minute. */
const ATTEMPTS = 6;

/** Hears what comes from the server. */
export interface Listener {
  /** Version of the last event, which the next stream goes on from. */
  version(): string | undefined;
  /** Whether nothing more is to come. */
  isEnded(): boolean;
  clock(now: number): void;
  event(event: WireEvent): void;
  connected(isConnected: boolean): void;
}

export class Connection {
  readonly #options: RemoteOptions;
  readonly #signal: AbortSignal;
  #isPolling: boolean;
  /** The address of the run, without a slash at the end. */
  #url: string | undefined;

  constructor(options: RemoteOptions, signal: AbortSignal, url?: string) {
    this.#options = options;
    this.#signal = signal;
    this.#isPolling = options.transport === "poll";
    this.#url = url;
  }

  get url(): string | undefined {
    return this.#url;
  }

  /** Starts a run. A lost reply does no harm: the key names the run. */
  async start(base: string, kind: string, input: unknown, idempotencyKey: string): Promise<void> {
    const started = await callPhase<unknown>(`${base}/${encodeURIComponent(kind)}`, input ?? null, {
      ...this.#request(),
      idempotencyKey,
      retry: { attempts: ATTEMPTS },
    });
    const id = property(started, "id");
    if (typeof id !== "string" || id === "") {
      throw new TypeError(`${base} answered a start without the id of a run: is serveRuns mounted there?`);
    }
    this.#url = `${base}/${encodeURIComponent(id)}`;
  }

  #request() {
    const { headers, fetch, init } = this.#options;
    return { headers, fetch, init, signal: this.#signal, waitOnline: true };
  }

  /** Sends a command. Resolves to the version that has what it did; `undefined` if the owner has yet to do it. */
  async send(command: string, args: readonly unknown[]): Promise<string | undefined> {
    try {
      const { version } = await callPhase<{ version?: string }>(`${this.#url}/${command}`, args, {
        ...this.#request(),
        idempotencyKey: crypto.randomUUID(),
        retry: { attempts: ATTEMPTS },
      });
      return version;
    } catch (error) {
      throw mistakeOf(error) ?? error;
    }
  }

  /** Follows the events until the run has ended. Rejects if the run cannot be followed any more. */
  async follow(listener: Listener): Promise<void> {
    await pollUntil(({ signal }) => (this.#isPolling ? this.#poll(listener, signal) : this.#stream(listener, signal)), {
      done: () => listener.isEnded(),
      interval: () => (this.#isPolling ? (this.#options.pollInterval ?? 2_000) : AGAIN * (1 + Math.random())),
      backoff: { minDelay: 1_000, maxDelay: 30_000 },
      maxConsecutiveErrors: Infinity,
      // Another request does not help against a refusal. Failures without a status are those of the network.
      classify: (error, { verdict }) =>
        error instanceof HttpError && verdict === "final" && error.status >= 400 && error.status < 500
          ? "fail"
          : "retry",
      signal: this.#signal,
      waitOnline: true,
    });
  }

  /** Returns the headers of a request for events. */
  async #headers(listener: Listener, accept: string): Promise<Headers> {
    const { headers } = this.#options;
    const all = new Headers(
      (typeof headers === "function" ? await headers() : headers) as ConstructorParameters<typeof Headers>[0],
    );
    all.set("accept", accept);
    const version = listener.version();
    if (version !== undefined) all.set("last-event-id", version);
    return all;
  }

  async #poll(listener: Listener, signal: AbortSignal): Promise<void> {
    const answer = await callPhase<WireEvents>(`${this.#url}/events`, undefined, {
      ...this.#request(),
      method: "GET",
      headers: () => this.#headers(listener, "application/json"),
      signal,
      timeout: SILENCE,
      retry: { attempts: 1 },
    }).catch((error) => {
      listener.connected(false);
      throw error;
    });
    listener.connected(true);
    hear(listener, answer);
  }

  /** Reads events until the stream ends. Resolves if it broke after events came: the next one goes on from there. */
  async #stream(listener: Listener, signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const end = () => ended.abort(signal.reason);
    signal.addEventListener("abort", end);
    let [isHeard, isSilent] = [false, false];
    const timer = setTimeout(() => {
      isSilent = true;
      ended.abort();
    }, FIRST);
    try {
      await callPhase(`${this.#url}/events`, undefined, {
        ...this.#request(),
        method: "GET",
        headers: () => this.#headers(listener, "text/event-stream"),
        signal: ended.signal,
        idleTimeout: SILENCE,
        retry: { attempts: 1 },
        onEvent: ({ event, data, id = "" }) => {
          clearTimeout(timer);
          if (!isHeard) listener.connected(true);
          isHeard = true;
          if (event === "now") listener.clock(Number(data));
          else if (id) listener.event({ id, event, data } as WireEvent);
          else hear(listener, data as WireEvents);
        },
      });
    } catch (error) {
      if (signal.aborted) throw error;
      // No place for a stream, or a proxy that holds it back.
      const hasNoPlace = property(property(property(error, "body"), "error"), "code") === "too_many_streams";
      if (isSilent || hasNoPlace) this.#isPolling = true;
      else if (!isHeard) throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      listener.connected(false);
    }
  }
}

function hear(listener: Listener, { now, events }: WireEvents): void {
  listener.clock(now);
  for (const event of events) listener.event(event);
}

/** Returns the error that a method of a local run throws for a bad argument. */
function mistakeOf(error: unknown): Error | undefined {
  if (property(error, "status") !== 422) return undefined;
  const { code, message } = (property(property(error, "body"), "error") ?? {}) as { code?: string; message?: string };
  if (code === "unknown_item") return new RangeError(message);
  return code === "bad_command" ? new TypeError(message) : undefined;
}
