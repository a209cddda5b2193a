// A run in the process that owns it: publishes its state, carries out commands, and keeps how it is steered.

import type { Journal, Run } from "../npm/types.ts";
import { property } from "../runtime/values.ts";
import { failureOf, replyTo, turn } from "./commands.ts";
import { type EncodeReason, Encoder, isOpen } from "./encoding.ts";
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

/** Returns the reason with which a run is told to stop that another process has taken over. */
export const newLoss = (): Error => new Error("another process owns the run");

const JOURNAL = Symbol.for("sluicegate.journal");
/** Returns whether a run ends before its items are done: it was cancelled, or a failure has stopped it. */
const isCutShort = ({ state, report }: AnyRun): boolean =>
  state === "cancelling" || (state === "finished" && (report.status === "cancelled" || report.status === "failed"));
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
  readonly #startAgain: (number: number) => Promise<unknown>;
  #control: RunControl;
  #concurrency: number | undefined;
  #finished: number | undefined;
  /** Number of the last event. */
  #number: number;
  #needsWhole = true;
  /** Lengths of the last whole state and of the changes after it. */
  #length = { whole: 0, changes: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #commanding: Promise<void> = Promise.resolve();
  readonly #replies = new Map<string, { readonly command: RunCommand; reply: CommandReply }>();
  /** Answers that wait until what their commands did is stored: until then the next owner would not know of it. */
  #answers: (() => Promise<unknown>)[] = [];
  #stops: (() => unknown)[] = [];
  #isOver = false;
  /**
   * Whether the run is paused by this class and not by its user: until the commands are known that were queued before,
   * or because the process is being closed.
   */
  #isHeld: boolean;
  /** Whether the owner is about to leave the run. The next owner carries out further commands. */
  #isClosing = false;
  /** Whether a resume waits for the end of the run. The next owner carries out later commands. */
  #isContinuing = false;

  /**
   * Owns a run that was just started. `onEnd` is called when it publishes nothing more, `released` when its claim need
   * not be renewed any more, and `startAgain` when the run is to be started anew from its journal, under the same
   * claim.
   */
  constructor(
    record: RunRecord,
    claim: RunClaim,
    own: {
      run: AnyRun;
      journal: Journal;
      abort: AbortController;
      onEnd: () => void;
      released: () => void;
      startAgain: (number: number) => Promise<unknown>;
      /** The first event has the next number. */
      number: number;
    },
    manner: Manner,
  ) {
    this.claim = claim;
    this.#manner = manner;
    this.#run = own.run;
    this.#journal = own.journal;
    this.#abort = own.abort;
    this.#onEnd = own.onEnd;
    this.#released = own.released;
    this.#startAgain = own.startAgain;
    this.#number = own.number;
    this.#control = record.control;
    this.#finished = record.finished;
    this.#encoder = new Encoder(own.run, manner.reason, manner.onError);
    const { paused, cancelled, concurrency } = record.control;
    this.#concurrency = concurrency;
    // The first owner has nobody before it. Others start nothing before they know what was asked for meanwhile.
    this.#isHeld = (claim.token > 1 || own.number > 0) && !paused;
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
    if (this.#isOver || this.#isClosing) return;
    if (this.#control.cancelled) run.cancel();
    const stop = await this.#manner.store.receive(this.claim, (command) => {
      this.#commanding = this.#commanding.then(() => this.#carryOut(command)).catch(this.#manner.onError);
    });
    if (this.#isOver) return void stop();
    this.#stops.push(stop);
    await this.#commanding;
    if (this.#isOver || this.#isClosing) return;
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
    if (this.#isOver || this.#isHeld) return;
    const answered = this.#answers.length;
    const isWhole = this.#needsWhole;
    const text = isWhole ? this.#encoder.whole() : this.#encoder.change();
    const { whole, changes } = this.#length;
    // In the same turn: those who know the change need not read the state that follows it.
    const isLong = !isWhole && text !== undefined && changes + text.length > Math.max(whole, SHORT);
    const anew = isLong ? this.#encoder.whole() : undefined;
    if (text !== undefined) await this.#publish(text, isWhole);
    if (anew !== undefined) await this.#publish(anew, true);
    await this.#keep();
    await this.#answer(answered);
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
    const status = isEnded ? this.#run.report.status : undefined;
    const isCancelled = state === "cancelling" || status === "cancelled";
    // Its items may have been made again one by one, until none was cancelled any more.
    const wasCancelled = this.#control.cancelled && !isEnded;
    const concurrency = this.#concurrency;
    const control: RunControl = {
      ...(state === "paused" && { paused: true }),
      ...((wasCancelled || isCancelled) && { cancelled: true }),
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
    if (this.#isOver || this.#isClosing) return;
    const { id, name, args } = command;
    if (this.#isContinuing) {
      // Also here, because the end may wait for this item.
      if (name === "cancelItem") await failureOf(this.#run, name, args, "");
      return;
    }
    const before = this.#replies.get(id);
    if (name === "resume" && !before && isCutShort(this.#run)) return void this.#continue(command);
    const error = before ? undefined : await this.#failure(command);
    const kept = before ?? { command, reply: error ? { error } : {} };
    this.#replies.set(id, kept);
    const oldest = this.#replies.keys().next();
    if (this.#replies.size > KEPT_REPLIES && !oldest.done) this.#replies.delete(oldest.value);
    this.#answers.push(() => {
      // The version that has what the command did is that of the last event.
      if (!kept.reply.error) kept.reply = { version: this.#version, ...kept.reply };
      return this.#manner.store.reply(this.claim, id, replyTo(command, kept));
    });
    void this.flush();
  }

  /** Carries out a command. Returns why it could not. */
  async #failure({ id, name, args }: RunCommand): Promise<CommandReply["error"]> {
    // Ids are chosen by clients. The key is of this run alone.
    const error = await failureOf(this.#run, name, args, `${this.claim.id}-${id}`);
    if (error) return error;
    if (name === "setConcurrency") this.#concurrency = args[0] as number;
    // It is to stay paused.
    if (name === "pause") this.#isHeld = false;
    return undefined;
  }

  /** Answers commands whose effects are stored. Those that cannot be answered now are when the store is back. */
  async #answer(count: number): Promise<void> {
    for (let n = 0; n < count && !this.#isOver; n++) {
      await this.#answers[0]?.();
      this.#answers.shift();
    }
  }

  /**
   * Continues a run that was cancelled or has failed, as a start with its journal does in the page: by another run
   * under the same claim. The command stays queued until that is due.
   */
  async #continue({ id, args }: RunCommand): Promise<void> {
    const { store, onError } = this.#manner;
    const { claim } = this;
    this.#isContinuing = true;
    try {
      await this.#run.finished;
      await this.#until(() => !this.#run.snapshot.items.some(isOpen));
      if (this.#isOver || this.#isClosing) return;
      this.#isHeld = true;
      this.#isClosing = true;
      await this.#flushing;
      const concurrency = this.#concurrency;
      const control: RunControl = concurrency === undefined ? {} : { concurrency };
      if (!(await store.update(claim, { control, finished: undefined }))) return this.lost();
      if (property(args[0], "retryFailed") === true) {
        await store.send(claim.id, { id: `${id} retryFailed`, name: "retryFailed", args: [] }, 0);
      }
      // The first event of the next run must not seem to follow the last one of this run.
      const number = this.#number + 1;
      await store.reply(claim, id, { version: `${claim.token}.${number + 1}` });
      this.#leave();
      await this.#startAgain(number);
    } catch (error) {
      // The command may still be queued. Whoever owns the run next carries it out.
      onError(error);
      this.lost();
    }
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

  /** Starts nothing more. At once, before a call under way makes place for another one. */
  hold(): void {
    if (this.#isOver) return;
    this.#isClosing = true;
    this.#isHeld = true;
    this.#run.pause();
  }

  /** Lets attempts in flight end for `grace` milliseconds, then leaves the run to others. */
  async close(grace: number): Promise<void> {
    if (this.#isOver) return;
    this.hold();
    await patiently(this.#flushing);
    this.#leave();
    await this.#until(() => !this.#run.snapshot.items.some(({ status }) => status === "running"), grace);
    await patiently(this.#releaseClaim());
    this.#abort.abort(new Error("the process that owned the run was closed"));
  }

  /** Resolves when a condition of the run holds, or after `grace` milliseconds. */
  async #until(holds: () => boolean, grace?: number): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = grace === undefined ? undefined : setTimeout(end, grace);
      const unsubscribe = this.#run.subscribe(() => holds() && end());
    });
  }
}
