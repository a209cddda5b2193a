// A run in the process that owns it: publishes its state, carries out commands, and keeps how it is steered.

import { restoredReason } from "../journal/errors.ts";
import type { Journal, Run } from "../npm/types.ts";
import type { WireReason } from "../remote/wire.ts";
import { property, textOf } from "../runtime/values.ts";
import { type EncodeReason, Encoder } from "./encoding.ts";
import { isEqual } from "./http.ts";
import type { CommandReply, RunClaim, RunCommand, RunControl, RunRecord, RunStore } from "./store.ts";

type AnyRun = Run<unknown>;

/** How an owner works. Times are milliseconds. */
export interface Manner {
  readonly store: RunStore;
  /** Longest time from a change to its event. */
  readonly interval: number;
  /** Time after its end during which a run stays in memory. */
  readonly linger: number;
  readonly reason: EncodeReason;
  readonly onError: (error: unknown) => void;
}

/** The commands, and what they do. `args` are JSON of a client: the methods check them. */
const COMMANDS: Record<string, (run: AnyRun, args: readonly never[]) => unknown> = {
  pause: (run) => run.pause(),
  resume: (run, [options]) => run.resume(options),
  cancel: (run, [reason]) => run.cancel(revived(reason)),
  cancelItem: (run, [key, reason]) => run.cancelItem(key as never, revived(reason)),
  retry: (run, [key, options]) => run.retry(key as never, options),
  retryFailed: (run) => run.retryFailed(),
  setConcurrency: (run, [concurrency]) => run.setConcurrency(concurrency as never),
};

export const isCommand = (name: unknown): name is string => typeof name === "string" && Object.hasOwn(COMMANDS, name);

function revived(reason: WireReason | null | undefined): unknown {
  if (!reason) return undefined;
  return "error" in reason ? restoredReason(reason.error) : reason.value;
}

/** Changes are written anew as a whole state when they are longer than this and than the state. */
const SHORT = 65_536;
/** Wait before a state is published that could not be, in milliseconds. */
const AGAIN = 1_000;
/** Number of commands whose replies are kept, in case that they are sent again. */
const KEPT_REPLIES = 200;

/** Time in milliseconds for which a process that is closed waits for its store. */
const PATIENCE = 1_000;

/** Waits for the store, but not for one that cannot be reached: a process that is told to end must do so. */
export async function patiently(done: Promise<unknown> | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const given = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  try {
    await Promise.race([done, given]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the reply of a command that is sent again. */
function replyAgain(before: { command: RunCommand; reply: CommandReply }, command: RunCommand): CommandReply {
  if (isEqual(before.command, command)) return before.reply;
  return { error: { name: "TypeError", message: "the Idempotency-Key belongs to another command" } };
}

/** Returns the reason with which a run is told to stop that another process has taken over. */
export const newLoss = (): Error => new Error("another process owns the run");

const JOURNAL = Symbol.for("sluicegate.journal");
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

export class Owner {
  readonly claim: RunClaim;
  readonly #manner: Manner;
  readonly #run: AnyRun;
  readonly #journal: Journal;
  readonly #abort: AbortController;
  readonly #encoder: Encoder;
  readonly #onEnd: () => void;
  readonly #released: () => void;
  #control: RunControl;
  #finished: number | undefined;
  /** Number of the last event. */
  #number = 0;
  #needsWhole = true;
  /** Lengths of the last whole state and of the changes after it. */
  #length = { whole: 0, changes: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #commanding: Promise<void> = Promise.resolve();
  readonly #replies = new Map<string, { readonly command: RunCommand; readonly reply: CommandReply }>();
  #stops: (() => unknown)[] = [];
  #isOver = false;
  /** Whether the run is paused only until the commands are known that were queued before. */
  #isHeld: boolean;

  /**
   * Owns a run that was just started. `onEnd` is called when it publishes nothing more, `released` when its claim need
   * not be renewed any more.
   */
  constructor(
    record: RunRecord,
    claim: RunClaim,
    own: { run: AnyRun; journal: Journal; abort: AbortController; onEnd: () => void; released: () => void },
    manner: Manner,
  ) {
    this.claim = claim;
    this.#manner = manner;
    this.#run = own.run;
    this.#journal = own.journal;
    this.#abort = own.abort;
    this.#onEnd = own.onEnd;
    this.#released = own.released;
    this.#control = record.control;
    this.#finished = record.finished;
    this.#encoder = new Encoder(own.run, manner.reason, manner.onError);
    const { paused, cancelled, concurrency } = record.control;
    // The first owner has nobody before it. Others start nothing before they know what was asked for meanwhile.
    this.#isHeld = claim.token > 1 && !paused;
    if (paused || cancelled || this.#isHeld) this.#run.pause();
    if (concurrency) this.#run.setConcurrency(concurrency);
    this.#watchJournal();
    void this.#begin().catch(manner.onError);
  }

  /** A journal that checks the token may be the first to know that another process owns the run. */
  #watchJournal(): void {
    const lost = property(this.#journal, "lost");
    if (!(lost instanceof AbortSignal)) return;
    const isLost = () => this.lost();
    lost.addEventListener("abort", isLost, { once: true });
    this.#stops.push(() => lost.removeEventListener("abort", isLost));
  }

  async #begin(): Promise<void> {
    const run = this.#run;
    const opened = (Reflect.get(this.#journal, JOURNAL) as { opened?: Promise<void> } | undefined)?.opened;
    // Before the journal is read no item has its outcome, and clients would see the run fall back.
    if (opened) await Promise.race([opened.then(turn, turn), run.finished]);
    if (this.#isOver) return;
    if (this.#control.cancelled) run.cancel();
    const stop = await this.#manner.store.receive(this.claim, (command) => {
      this.#commanding = this.#commanding.then(() => this.#carryOut(command)).catch(this.#manner.onError);
    });
    if (this.#isOver) return void stop();
    this.#stops.push(stop);
    await this.#commanding;
    if (this.#isHeld) run.resume();
    this.#isHeld = false;
    this.#stops.push(run.subscribe(() => this.#touch()));
    void run.finished.then(() => this.#touch());
    await this.flush();
  }

  // ── events ──

  #touch(after = this.#manner.interval): void {
    if (this.#isOver) return;
    this.#timer ??= setTimeout(() => void this.flush(), after);
  }

  /** Publishes what has changed. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#flush()).catch((error) => this.#later(error));
    return this.#flushing;
  }

  /** Publishes the whole state after the store could not be reached: nobody knows what it has stored. */
  #later(error: unknown): void {
    this.#manner.onError(error);
    this.#needsWhole = true;
    // It must not seem to follow the event that may be missing.
    this.#number += 1;
    this.#touch(AGAIN);
  }

  async #flush(): Promise<void> {
    if (this.#isOver) return;
    const isWhole = this.#needsWhole;
    const text = isWhole ? this.#encoder.whole() : this.#encoder.change();
    const { whole, changes } = this.#length;
    // In the same turn: those who know the change need not read the state that follows it.
    const isLong = !isWhole && text !== undefined && changes + text.length > Math.max(whole, SHORT);
    const anew = isLong ? this.#encoder.whole() : undefined;
    if (text !== undefined) await this.#publish(text, isWhole);
    if (anew !== undefined) await this.#publish(anew, true);
    await this.#keep();
    this.#release();
  }

  async #publish(data: string, isWhole: boolean): Promise<void> {
    if (this.#isOver) return;
    const { whole, changes } = this.#length;
    this.#length = isWhole ? { whole: data.length, changes: 0 } : { whole, changes: changes + data.length };
    const version = this.#nextVersion();
    if (!(await this.#manner.store.publish(this.claim, { version, isWhole, data }))) return this.lost();
    if (isWhole) this.#needsWhole = false;
  }

  #nextVersion(): string {
    this.#number += 1;
    return this.#version;
  }

  get #version(): string {
    return `${this.claim.token}.${this.#number}`;
  }

  /** Keeps how the run is steered, and whether it has finished. */
  async #keep(): Promise<void> {
    if (this.#isOver) return;
    const { state, isEnded } = this.#encoder;
    const isCancelled = state === "cancelling" || (isEnded && this.#run.report.status === "cancelled");
    const { concurrency, cancelled } = this.#control;
    const control: RunControl = {
      ...(state === "paused" && { paused: true }),
      ...((cancelled || isCancelled) && { cancelled: true }),
      ...(concurrency !== undefined && { concurrency }),
    };
    const finished = isEnded ? (this.#finished ?? Date.now()) : undefined;
    if (isSame(control, this.#control) && finished === this.#finished) return;
    if (!(await this.#manner.store.update(this.claim, { control, finished }))) return this.lost();
    this.#control = control;
    this.#finished = finished;
  }

  // ── commands ──

  async #carryOut(command: RunCommand): Promise<void> {
    if (this.#isOver) return;
    const { id, name, args } = command;
    const before = this.#replies.get(id);
    const reply = before ? replyAgain(before, command) : await this.#reply(name, args);
    if (!before) this.#replies.set(id, { command, reply });
    const oldest = this.#replies.keys().next();
    if (this.#replies.size > KEPT_REPLIES && !oldest.done) this.#replies.delete(oldest.value);
    await this.#manner.store.reply(this.claim, id, reply);
  }

  async #reply(name: string, args: readonly unknown[]): Promise<CommandReply> {
    const command = COMMANDS[name];
    try {
      const done = Promise.resolve(command?.(this.#run, args as readonly never[]));
      done.catch(() => {}); // seen below, if it comes at once
      // An item that is made again has its outcome later. What cannot be done is known at once.
      await Promise.race([done, turn()]);
    } catch (error) {
      return { error: { name: textOf(property(error, "name")), message: textOf(property(error, "message")) } };
    }
    if (name === "setConcurrency") await this.#keepConcurrency(args[0] as number);
    // It is to stay paused.
    if (name === "pause") this.#isHeld = false;
    // The first event is yet to come, and has what was done until then.
    if (this.#number === 0) return { version: `${this.claim.token}.1` };
    await this.flush();
    return { version: this.#version };
  }

  async #keepConcurrency(concurrency: number): Promise<void> {
    this.#control = { ...this.#control, concurrency };
    await this.#manner.store.update(this.claim, { control: this.#control });
  }

  // ── the end ──

  /** Releases the run when it has been over for a time. */
  #release(): void {
    clearTimeout(this.#lingering);
    if (!this.#encoder.isEnded || this.#isOver) return;
    this.#lingering = setTimeout(() => void this.#give().catch(this.#manner.onError), this.#manner.linger);
    (this.#lingering as { unref?(): void }).unref?.();
  }

  async #give(): Promise<void> {
    this.#leave();
    await this.#releaseClaim();
  }

  async #releaseClaim(): Promise<void> {
    try {
      await this.#manner.store.release(this.claim);
    } finally {
      this.#released();
    }
  }

  /** Stops all that this process does with the run. */
  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#lingering);
    for (const stop of this.#stops) void stop();
    this.#onEnd();
  }

  /** Another process owns the run now. */
  lost(): void {
    this.#leave();
    this.#released();
    this.#abort.abort(newLoss());
  }

  /** Lets attempts in flight end for `grace` milliseconds, then leaves the run to others. */
  async close(grace: number): Promise<void> {
    if (this.#isOver) return;
    await patiently(this.#flushing);
    this.#leave();
    this.#run.pause();
    await this.#settled(grace);
    await patiently(this.#releaseClaim());
    this.#abort.abort(new Error("the process that owned the run was closed"));
  }

  /** Resolves when no attempt is in flight, or after `grace` milliseconds. */
  async #settled(grace: number): Promise<void> {
    const isBusy = () => this.#run.snapshot.items.some(({ status }) => status === "running");
    if (!isBusy()) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = setTimeout(end, grace);
      const unsubscribe = this.#run.subscribe(() => isBusy() || end());
    });
  }
}
