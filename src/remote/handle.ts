// The handle of a run on a server.

import type { InspectOptions, RunInspection } from "../npm/inspecting.ts";
import type { RemoteOptions, RemoteRun, StartRemoteOptions } from "../npm/remote.ts";
import type { Outcome, RetryItemOptions, RunReport, RunSnapshot } from "../npm/types.ts";
import { refuseUnknown } from "../runtime/known-options.ts";
import { A_FUNCTION, badOption, property, reportUncaught } from "../runtime/values.ts";
import { isChange, isState } from "./checks.ts";
import { Connection, type Listener } from "./connection.ts";
import { toWire } from "./errors.ts";
import { inspectSnapshot } from "./inspecting.ts";
import { BadChangeError, NotARunError } from "./requests.ts";
import { isOutcome, View } from "./view.ts";
import { isAtLeast, type WireEvent } from "./wire.ts";

type AnyOutcome = Outcome<unknown>;
type Report = RunReport<unknown>;

const METHODS = [
  ...(["subscribe", "pause", "resume", "cancel", "cancelItem", "retry", "retryFailed", "settled", "value"] as const),
  ...(["setConcurrency", "close", "inspect", "add", "end", "remove"] as const),
];

/** The method for `useRun`, which is in another module. Not public. */
const WATCH = Symbol.for("sluicegate.watch");

const OPTIONS = ["headers", "fetch", "init", "signal", "transport", "pollInterval"];

/** The end of a run, and who waits for it. */
interface Ending {
  readonly finished: Promise<Report>;
  finish(report: Report): void;
  isOver: boolean;
  values: Promise<unknown[]> | undefined;
}

function newEnding(): Ending {
  let finish: Ending["finish"] = () => {};
  const finished = new Promise<Report>((resolve) => {
    finish = resolve;
  });
  return { finished, finish, isOver: false, values: undefined };
}

/** Returns an address without a slash at its end. */
function addressOf(url: unknown): string {
  const href = typeof url === "string" ? url : property(url, "href");
  if (typeof href !== "string" || href === "") throw badOption("url", "a string or a URL", url);
  return href.replace(/\/+$/, "");
}

function check(options: RemoteOptions, names: readonly string[]): void {
  refuseUnknown(options, names);
  const { fetch, transport, pollInterval } = options;
  if (fetch !== undefined && typeof fetch !== "function") throw badOption("fetch", A_FUNCTION, fetch);
  if (transport !== undefined && transport !== "auto" && transport !== "poll") {
    throw badOption("transport", '"auto" or "poll"', transport);
  }
  if (pollInterval !== undefined && !(typeof pollInterval === "number" && pollInterval >= 0)) {
    throw badOption("pollInterval", "a number of milliseconds from 0", pollInterval);
  }
}

export class RemoteHandle implements RemoteRun<unknown, unknown> {
  readonly #view = new View();
  readonly #connection: Connection;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #watchers: ((outcome: AnyOutcome) => unknown)[] = [];
  readonly #outcomes: AnyOutcome[] = [];
  /** Wait for a change, and are called after each. */
  readonly #waiting = new Set<() => void>();
  #ending = newEnding();
  readonly url: Promise<string>;
  #version: string | undefined;
  #isConnected = false;
  #wasConnected = false;
  #isFollowing = false;
  /** The commands before, which the next one waits for. */
  #commands: Promise<unknown> = Promise.resolve();

  static start(url: unknown, kind: unknown, input: unknown, options: StartRemoteOptions): RemoteHandle {
    const base = addressOf(url);
    if (typeof kind !== "string" || kind === "") throw badOption("kind", "the name of a kind of runs", kind);
    check(options, [...OPTIONS, "idempotencyKey"]);
    const { idempotencyKey = crypto.randomUUID(), ...others } = options;
    return new RemoteHandle(others, undefined, (connection) => connection.start(base, kind, input, idempotencyKey));
  }

  static attach(url: unknown, options: RemoteOptions): RemoteHandle {
    const address = addressOf(url);
    check(options, OPTIONS);
    return new RemoteHandle(options, address, async () => {});
  }

  constructor(options: RemoteOptions, url: string | undefined, begin: (connection: Connection) => Promise<void>) {
    this.#connection = new Connection(options, this.#abort.signal, url);
    for (const name of METHODS) Object.defineProperty(this, name, { value: this[name].bind(this) });
    const begun = begin(this.#connection);
    this.url = begun.then(() => this.#connection.url as string);
    this.url.then(
      () => this.#follow(),
      (error) => this.#fail(error),
    );
    const { signal } = options;
    if (signal?.aborted) this.#end(signal.reason);
    else if (signal) {
      const end = () => this.#end(signal.reason);
      signal.addEventListener("abort", end, { once: true });
      void this.finished.then(() => signal.removeEventListener("abort", end));
    }
  }

  // ── the connection ──

  #follow(): void {
    if (this.#isFollowing || this.#abort.signal.aborted) return;
    this.#isFollowing = true;
    const listener: Listener = {
      version: () => this.#version,
      isEnded: () => this.#view.isEnded,
      clock: (now) => this.#view.setClock(now),
      event: (event) => this.#receive(event),
      connected: (isConnected) => {
        if (isConnected === this.#isConnected) return;
        this.#isConnected = isConnected;
        this.#wasConnected ||= isConnected;
        this.#notify();
      },
    };
    const end = () => {
      this.#isFollowing = false;
      this.#notify();
    };
    this.#connection.follow(listener).then(end, (error) => {
      end();
      if (!this.#view.isEnded) this.#fail(error);
    });
  }

  #receive({ id, event, data }: WireEvent): void {
    let outcomes: AnyOutcome[];
    if (event === "state") {
      if (!isState(data)) throw new NotARunError(`the server sent a state of the run that is none, as ${id}`);
      outcomes = this.#view.replace(data);
    } else if (this.#view.isKnown && isChange(data, (index) => this.#view.has(index))) {
      outcomes = this.#view.change(data);
    } else {
      // The next stream begins with the whole state.
      this.#version = undefined;
      throw new BadChangeError(`the server sent a change of the run that cannot be applied, as ${id}`);
    }
    this.#version = id;
    this.#tell(outcomes);
  }

  /** Nothing more is to come. */
  #fail(error: unknown): void {
    if (this.#view.failure) return;
    this.#view.fail(error);
    this.#tell([]);
  }

  /** Ends the connection. A run that has ended stays as it is. */
  #end(reason: unknown): void {
    this.#abort.abort(reason);
    if (this.#view.isEnded) this.#notify();
    else this.#fail(reason);
  }

  #tell(outcomes: readonly AnyOutcome[]): void {
    this.#outcomes.push(...outcomes);
    for (const outcome of outcomes) for (const watcher of [...this.#watchers]) guarded(() => watcher(outcome));
    if (this.#view.isEnded) {
      this.#ending.isOver = true;
      this.#ending.finish(this.#view.report);
    } else if (this.#ending.isOver && this.#view.state !== "finished") {
      // A cancelled run is continued.
      this.#ending = newEnding();
    }
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) guarded(listener);
    for (const wake of [...this.#waiting]) wake();
  }

  get connection(): RemoteRun<unknown>["connection"] {
    if (this.#abort.signal.aborted || this.#view.failure) return "closed";
    if (this.#isConnected) return "open";
    if (!this.#isFollowing && this.#wasConnected) return "closed";
    return this.#wasConnected ? "lost" : "connecting";
  }

  close(): void {
    this.#end(new DOMException("The connection to the run was closed", "AbortError"));
  }

  // ── what it shows ──

  get state(): RemoteRun<unknown>["state"] {
    return this.#view.state;
  }

  get snapshot(): RunSnapshot<unknown> {
    return this.#view.snapshot;
  }

  get report(): Report {
    return this.#view.report;
  }

  inspect(options?: InspectOptions): RunInspection {
    return inspectSnapshot(this.#view.snapshot, options);
  }

  get outputs(): Readonly<Record<string, unknown>> {
    const done = this.snapshot.items.filter((item) => item.status === "fulfilled");
    return Object.fromEntries(done.map(({ key, value }) => [key, value]));
  }

  get finished(): Promise<Report> {
    return this.#ending.finished;
  }

  get values(): Promise<unknown[]> {
    this.#ending.values ??= this.finished.then((report) => {
      if (report.status !== "completed") throw this.#view.whyNot(report);
      return [...report.values];
    });
    return this.#ending.values;
  }

  subscribe(listener: () => void): () => void {
    if (typeof listener !== "function") throw badOption("listener", A_FUNCTION, listener);
    const own = () => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Calls a function with each outcome, earlier and later ones. */
  [WATCH](watcher: (outcome: AnyOutcome) => unknown): void {
    for (const outcome of this.#outcomes) guarded(() => watcher(outcome));
    this.#watchers.push(watcher);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AnyOutcome, void, void> {
    for (let next = 0; ; ) {
      const changed = this.#changed();
      while (next < this.#outcomes.length) yield this.#outcomes[next++] as AnyOutcome;
      if (this.#view.isEnded) return;
      await changed;
    }
  }

  // ── commands ──

  #send(command: string, ...args: unknown[]): Promise<string> {
    const sent = Promise.all([this.url, this.#commands]).then(() => this.#connection.send(command, args));
    this.#commands = sent.catch(() => {});
    return sent;
  }

  /** Sends a command that returns nothing. */
  #tellServer(command: string, ...args: unknown[]): void {
    this.#send(command, ...args).then(
      () => this.#follow(),
      (error) => this.#abort.signal.aborted || reportUncaught(error),
    );
  }

  pause(): void {
    this.#tellServer("pause");
  }

  resume(options?: { retryFailed?: boolean }): void {
    this.#tellServer("resume", ...(options ? [options] : []));
  }

  cancel(reason?: unknown): void {
    this.#tellServer("cancel", ...(reason === undefined ? [] : [toWire(reason)]));
  }

  cancelItem(key: string, reason?: unknown): void {
    this.#tellServer("cancelItem", key, ...(reason === undefined ? [] : [toWire(reason)]));
  }

  setConcurrency(concurrency: number): void {
    this.#tellServer("setConcurrency", concurrency);
  }

  async retry(key: string, options?: RetryItemOptions<unknown>): Promise<AnyOutcome> {
    await this.#ask("retry", key, ...(options ? [options] : []));
    return this.settled(key);
  }

  async retryFailed(): Promise<Report> {
    const rejected = this.snapshot.items.filter(({ status }) => status === "rejected");
    await this.#ask("retryFailed");
    await Promise.all(rejected.map(({ key }) => this.settled(key)));
    return this.report;
  }

  /** Sends a command, and waits until the snapshot has what it did. */
  async #ask(command: string, ...args: unknown[]): Promise<void> {
    const version = await this.#send(command, ...args);
    this.#follow();
    const hasIt = () => isAtLeast(this.#version ?? "0.0", version);
    while (!hasIt()) {
      if (this.#view.failure) throw this.#view.failure.error;
      await this.#changed();
    }
  }

  async settled(key: string, options: { signal?: AbortSignal | undefined } = {}): Promise<AnyOutcome> {
    const { signal } = options;
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      const item = this.#view.item(key);
      if (isOutcome(item)) return item;
      if (this.#view.failure) throw this.#view.failure.error;
      if (!item && this.#view.isWhole) throw new RangeError(`no item has the key ${JSON.stringify(key)}`);
      await this.#changed(signal);
    }
  }

  async value(key: string): Promise<unknown> {
    const outcome = await this.settled(key);
    if (outcome.status === "fulfilled" || outcome.status === "skipped") return outcome.value;
    throw outcome.reason;
  }

  /** Resolves at the next change, or when a signal aborts. */
  #changed(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }

  add(): never {
    throw notHere("add");
  }

  end(): never {
    throw notHere("end");
  }

  remove(): never {
    throw notHere("remove");
  }
}

const notHere = (name: string): TypeError =>
  new TypeError(`\`${name}\` is not for runs on a server: they have the items that their kind gives them`);

/** Calls a function of the user. */
function guarded(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    reportUncaught(error);
  }
}
