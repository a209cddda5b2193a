// The connection to a run on a server: starts it, follows its events, sends commands.

import { createParser } from "eventsource-parser";
import type { RemoteOptions } from "../npm/remote.ts";
import { snapshot } from "../runtime/async-context.ts";
import { parsedBody } from "../runtime/calls/bodies.ts";
import { property } from "../runtime/values.ts";
import { isEvents } from "./checks.ts";
import {
  type Asked,
  abortable,
  BadChangeError,
  isFinal,
  jsonOf,
  NotARunError,
  online,
  pause,
  repeated,
  send,
  waitAfter,
} from "./requests.ts";
import type { WireEvent } from "./wire.ts";

/** Time until the first event of a stream, after which it is taken for one that a proxy holds back. */
const FIRST = 10_000;
/** Longest silence of a stream, or before the reply to a request. The server sends a comment every 15 seconds. */
const SILENCE = 45_000;
/** Shortest wait until a stream that has ended is opened again. The random part keeps clients apart. */
const AGAIN = 500;
/** Time for which a client polls where no stream comes through. Doubles each time, up to the longest. */
const POLLING = 60_000;
const LONGEST_POLLING = 3_600_000;
const INTERVAL = 2_000;

/** Receives the messages of the server. */
export interface Listener {
  /** Version of the last event, which the next stream goes on from. */
  version(): string | undefined;
  /** Whether nothing more is to come. */
  isEnded(): boolean;
  clock(now: number): void;
  /** Throws if the event cannot be used. */
  event(event: WireEvent): void;
  connected(isConnected: boolean): void;
}

export class Connection {
  readonly #options: RemoteOptions;
  readonly #signal: AbortSignal;
  /** Time until which no stream is tried. */
  #pollsUntil: number;
  #polling = POLLING;
  /** Calls functions of the user in the async context in which the handle was made. */
  readonly #inContext = snapshot() ?? ((callback, ...args) => callback(...args));
  /** The address of the run, without a slash at the end. */
  #url: string | undefined;

  constructor(options: RemoteOptions, signal: AbortSignal, url?: string) {
    this.#options = options;
    this.#signal = signal;
    this.#pollsUntil = options.transport === "poll" ? Infinity : 0;
    this.#url = url;
  }

  get url(): string | undefined {
    return this.#url;
  }

  /** Starts a run. A lost reply does no harm: the key names the run. */
  async start(base: string, kind: string, input: unknown, key: string): Promise<void> {
    const started = await this.#post(`${base}/${encodeURIComponent(kind)}`, input ?? null, key);
    const id = property(started, "id");
    if (typeof id !== "string" || id === "") {
      throw new NotARunError(`${base} answered a start without the id of a run: is serveRuns mounted there?`);
    }
    this.#url = `${base}/${encodeURIComponent(id)}`;
  }

  #ask(url: string, asked: Asked): Promise<Response> {
    return abortable(asked.signal, send(url, asked, this.#options, this.#inContext));
  }

  #post(url: string, body: unknown, key: string): Promise<unknown> {
    const headers = { "idempotency-key": key };
    return repeated(async () => {
      const request = this.#newRequest();
      request.expect(SILENCE);
      try {
        const response = await this.#ask(url, { method: "POST", body, headers, signal: request.signal });
        return await abortable(request.signal, jsonOf(response));
      } finally {
        request.end();
      }
    }, this.#signal);
  }

  /** Sends a command. Resolves to the first version of the run that has its effect. */
  async send(command: string, args: readonly unknown[]): Promise<string> {
    const key = crypto.randomUUID();
    try {
      for (;;) {
        const reply = await this.#post(`${this.#url}/${command}`, args, key);
        const version = property(reply, "version");
        if (typeof version === "string") return version;
        if (property(reply, "accepted") !== true) {
          throw new NotARunError(`${this.#url} answered a command with something else than serveRuns does`);
        }
        // The owner has yet to do it, or has died. The key keeps it one command.
        await pause(AGAIN, this.#signal);
      }
    } catch (error) {
      throw mistakeOf(error) ?? error;
    }
  }

  /** Follows the events until the run has ended. Rejects if the run cannot be followed any more. */
  async follow(listener: Listener): Promise<void> {
    const signal = this.#signal;
    let failures = 0;
    // At least once: a command may have begun a run anew that had ended.
    do {
      await online(signal);
      const isPolling = performance.now() < this.#pollsUntil;
      let wait = isPolling ? (this.#options.pollInterval ?? INTERVAL) : AGAIN * (1 + 2 * Math.random());
      try {
        await (isPolling ? this.#poll(listener) : this.#stream(listener));
        failures = 0;
      } catch (error) {
        listener.connected(false);
        signal.throwIfAborted();
        if (isFinal(error)) throw error;
        failures += 1;
        wait = waitAfter(failures, error);
      }
      if (!listener.isEnded()) await pause(wait, signal);
    } while (!listener.isEnded());
  }

  #events(listener: Listener, accept: string, signal: AbortSignal): Promise<Response> {
    const headers = { accept, "last-event-id": listener.version() };
    return this.#ask(`${this.#url}/events`, { method: "GET", headers, signal });
  }

  async #poll(listener: Listener): Promise<void> {
    const request = this.#newRequest();
    request.expect(SILENCE);
    try {
      const response = await this.#events(listener, "application/json", request.signal);
      this.#receive(listener, await abortable(request.signal, jsonOf(response)));
      listener.connected(true);
    } finally {
      request.end();
    }
  }

  /** Passes on the answer to a poll. */
  #receive(listener: Listener, answer: unknown): void {
    if (!isEvents(answer)) {
      throw new NotARunError(`${this.#url} answered without the events of a run: is it the address of one?`);
    }
    listener.clock(answer.now);
    for (const event of answer.events) listener.event(event);
  }

  /** Reads events until the stream ends. Resolves if it broke after events came: the next one goes on from there. */
  async #stream(listener: Listener): Promise<void> {
    const request = this.#newRequest();
    request.expect(FIRST);
    let hasEvents = false;
    try {
      const response = await this.#events(listener, "text/event-stream", request.signal);
      const type = response.headers.get("content-type") ?? "";
      // A server that does not stream.
      if (!/event-stream/i.test(type)) {
        this.#pollLater();
        return this.#receive(listener, await abortable(request.signal, jsonOf(response)));
      }
      for await (const { event, data, id } of eventsOf(response, request.signal)) {
        request.expect(SILENCE);
        if (!hasEvents) listener.connected(true);
        hasEvents = true;
        if (event === "now") listener.clock(Number(data));
        else if (id !== undefined) listener.event({ id, event, data: parsedBody(data ?? "") } as WireEvent);
      }
      this.#polling = POLLING;
    } catch (error) {
      this.#signal.throwIfAborted();
      // No place for a stream, or a proxy that holds it back.
      const hasNoPlace = property(property(property(error, "body"), "error"), "code") === "too_many_streams";
      if (request.isSilent || hasNoPlace) this.#pollLater();
      else if (error instanceof NoStreamError) this.#pollsUntil = Infinity;
      else if (!hasEvents || error instanceof BadChangeError || isFinal(error)) throw error;
    } finally {
      request.end();
      listener.connected(false);
    }
  }

  /** Polls for a time, after which a stream may come through, or have a place. */
  #pollLater(): void {
    this.#pollsUntil = performance.now() + this.#polling;
    this.#polling = Math.min(2 * this.#polling, LONGEST_POLLING);
  }

  /** Returns the signal of one request, which also aborts after a silence. */
  #newRequest() {
    const outer = this.#signal;
    const controller = new AbortController();
    const abort = () => controller.abort(outer.reason);
    if (outer.aborted) abort();
    outer.addEventListener("abort", abort);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const request = {
      signal: controller.signal,
      isSilent: false,
      expect(within: number): void {
        clearTimeout(timer);
        timer = setTimeout(() => {
          request.isSilent = true;
          controller.abort(new DOMException("The server was silent", "TimeoutError"));
        }, within);
      },
      end(): void {
        clearTimeout(timer);
        outer.removeEventListener("abort", abort);
        controller.abort();
      },
    };
    return request;
  }
}

/** The platform gives a reply as a whole, at its end. */
class NoStreamError extends Error {}

interface StreamEvent {
  readonly event?: string;
  readonly data?: string;
  readonly id?: string;
}

/** Reads the events of a stream. One without fields stands for parts that have none, as comments do. */
async function* eventsOf(response: Response, signal: AbortSignal): AsyncGenerator<StreamEvent, void, void> {
  const reader = response.body?.getReader?.();
  if (!reader) throw new NoStreamError();
  let parsed: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ event = "message", data, id }) => parsed.push({ event, data, ...(id !== undefined && { id }) }),
  });
  const decoder = new TextDecoder();
  // Also where `fetch` knows no signals.
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const events = parsed;
      parsed = [];
      yield* events.length > 0 ? events : [{}];
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

/** Returns the error that a method of a local run throws for a bad argument. */
function mistakeOf(error: unknown): Error | undefined {
  if (property(error, "status") !== 422) return undefined;
  const { code, message } = (property(property(error, "body"), "error") ?? {}) as { code?: string; message?: string };
  if (code === "unknown_item") return new RangeError(message);
  return code === "bad_command" ? new TypeError(message) : undefined;
}
