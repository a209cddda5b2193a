// The handle of a run: what a user can ask of it. Commands given before the engine is loaded are kept until then.

import { now } from "./clock.js";
import { drainSoon, engine } from "./engine.js";
import { badOption } from "./errors.js";
import { revive } from "./executor.js";
import { Live } from "./live.js";
import { count, functionNamed, isIterable, optionsOf, toUnsigned } from "./options.js";
import { firstProgress, progressOf } from "./progress.js";
import { OPEN } from "./run.js";

/** Ends the engine's record of a run that nobody can ask for any more. */
const forgotten = new FinalizationRegistry((id) => engine.engine_forget(id));

export class RunHandle {
  #run;
  #progress = firstProgress;

  constructor(run) {
    this.#run = run;
    run.live = new Live(run);
    run.whenOpen.push(() => forgotten.register(run, run.id));
    this.finished = run.promise;
    // Methods may be passed around.
    for (const name of [
      "subscribe",
      "pause",
      "resume",
      "cancel",
      "cancelItem",
      "retry",
      "settled",
      "add",
      "end",
      "setConcurrency",
    ]) {
      this[name] = this[name].bind(this);
    }
  }

  get state() {
    return this.#run.state;
  }

  get snapshot() {
    return this.#run.live.snapshot(() => (this.#progress = progressOf(this.#run) ?? this.#progress));
  }

  subscribe(listener) {
    functionNamed("listener", listener);
    return this.#run.live.subscribe(listener);
  }

  /** Does it when the run is open in the engine, and lets the executor go on. */
  #command(command) {
    const run = this.#run;
    run.changed = true;
    const act = () => {
      command(run, now());
      drainSoon();
    };
    if (run.id >= 0) return act();
    run.whenOpen.push(act);
    run.live.notify();
  }

  pause() {
    if (this.#run.state !== "running") return;
    this.#run.state = "paused";
    this.#command((run) => engine.engine_pause(run.id));
  }

  resume(options) {
    const retryFailed = optionsOf(options).retryFailed === true;
    const run = this.#run;
    if (run.state !== "paused") return;
    run.state = "running";
    if (retryFailed) run.reopenFailed();
    this.#command((run, now) => engine.engine_resume(run.id, retryFailed ? 1 : 0, now));
  }

  cancel(reason) {
    const run = this.#run;
    const why = reason === undefined ? new DOMException("The run was cancelled", "AbortError") : reason;
    if (run.over) run.endRevived(why);
    else run.end(why, true);
    this.#command((run, now) => engine.engine_cancel(run.id, now));
  }

  cancelItem(key, reason) {
    const run = this.#run;
    const index = this.#indexOf(key);
    if (run.outcomes[index]) return;
    run.itemReasons.set(
      index,
      reason === undefined ? new DOMException("The item was cancelled", "AbortError") : reason,
    );
    this.#command((run, now) => engine.engine_cancel_item(run.id, index, now));
  }

  async retry(key, options) {
    const run = this.#run;
    const index = this.#indexOf(key);
    const regenerate = optionsOf(options).regenerate === true;
    const outcome = run.outcomes[index];
    if (run.id < 0 && run.over) throw run.reason; // the engine could not be had
    if (!outcome) return run.live.outcomeOf(index);
    const isGood = outcome.status === "fulfilled" || outcome.status === "skipped";
    if ((isGood && !regenerate) || !engine.engine_retry_item(run.id, index, regenerate ? 1 : 0, now())) return outcome;
    if (regenerate) run.makeAfresh(index);
    run.reopen(index);
    revive(run);
    drainSoon();
    return run.live.outcomeOf(index);
  }

  #indexOf(key) {
    return this.#run.itemKeys.indexOf(key, this.#run.items.length);
  }

  async settled(key) {
    return this.#run.live.outcomeOf(this.#indexOf(key));
  }

  add(items) {
    const run = this.#run;
    if (run.sourceKind !== OPEN) throw new TypeError("`add` needs a run that was started with `open: true`");
    if (!run.sourceIsOpen || run.ended) throw new TypeError("`add` came after the end of the run's items");
    if (!isIterable(items) || typeof items[Symbol.iterator] !== "function") throw badOption("items", "iterable", items);
    // All of them or none: what `items` or `key` throws leaves the run as it was.
    const added = run.append([...items]);
    // What is there when the run is opened needs no word.
    const isOpen = run.id >= 0;
    this.#command((run) => isOpen && engine.engine_push(run.id, added));
  }

  end() {
    const run = this.#run;
    if (run.sourceKind !== OPEN || !run.sourceIsOpen) return;
    run.sourceIsOpen = false;
    this.#command((run) => engine.engine_close(run.id));
  }

  setConcurrency(concurrency) {
    if (this.#run.isSerial) throw new TypeError("`setConcurrency` is not for phases: they follow one another");
    this.#run.concurrency = count("concurrency", concurrency);
    this.#command((run) => engine.engine_set_limit(run.id, toUnsigned(concurrency)));
  }

  async *[Symbol.asyncIterator]() {
    const { live } = this.#run;
    for (let next = 0; ; ) {
      const changed = live.changed();
      while (next < live.settledOutcomes.length) yield live.settledOutcomes[next++];
      if (this.#run.over) return;
      await changed;
    }
  }
}
