// A phase: its items are start indexes, and its source is the reply of the last chunk.

import { processPhase as processVerb, startPhase as startVerb } from "../../../pkg/sluicegate.js";
import { now } from "../clock.ts";
import type { TaskContext } from "../context.ts";
import { drainSoon } from "../drain.ts";
import { engine, load } from "../engine.ts";
import { ContinuationError } from "../errors.ts";
import { addFollowing, begin, leadOn } from "../executor.ts";
import { engineOf } from "../fast-path.ts";
import { RunHandle } from "../handle.ts";
import { ON_CHUNK } from "../journaling.ts";
import { PHASE_OPTIONS, refuseUnknown } from "../known-options.ts";
import type { Mode, Result } from "../mode.ts";
import { type AnyFunction, count, functionNamed, functionOr, optionsOf, runOptions } from "../options.ts";
import { Run } from "../run.ts";
import * as table from "../table.ts";
import { badOption, reportUncaught } from "../values.ts";

/** A step of the source, or why there is none. */
type Step = { done: true; value?: undefined } | { done: false; value: unknown };
type Following = Step | { error: unknown; value?: unknown };
type Request = TaskContext & { readonly startIndex: unknown; readonly chunk: number };

/** Resolves to all chunks. */
export function processPhase(call: unknown, options: unknown): Promise<unknown> {
  const phase = new Phase("values", call, options);
  load();
  return begin(phase.run, processVerb);
}

/** Returns a handle with `nextStartIndex`. */
export function startPhase(call: unknown, options: unknown): RunHandle {
  const phase = new Phase("report", call, options);
  return Object.defineProperty(new RunHandle(phase.run, startVerb), "nextStartIndex", {
    get: () => phase.nextStartIndex,
  });
}

class Phase {
  readonly run: Run;
  /** Where the next chunk starts. */
  nextStartIndex: unknown;
  readonly #chunks: unknown[] = [];
  readonly #maxChunks: number;
  readonly #next: AnyFunction | undefined;
  readonly #onChunk: AnyFunction | undefined;
  readonly #progress: AnyFunction | undefined;
  /** Requests of chunks that were not stored yet. */
  readonly #requests = new Map<number, Request>();
  /** What follows the last chunk. */
  #following: Following = { done: true };

  constructor(result: Result, call: unknown, given: unknown) {
    const ask = functionNamed("call", call);
    const options = optionsOf(given);
    refuseUnknown(options, PHASE_OPTIONS);
    this.#maxChunks = options.maxChunks === undefined ? NaN : count("maxChunks", options.maxChunks);
    this.#next = functionOr("next", options.next);
    this.#onChunk = functionOr("onChunk", options.onChunk);
    this.#progress = functionOr("progress", options.progress);
    this.nextStartIndex = this.#firstIndex(options.startIndex);
    const checked = runOptions(options);
    checked.numbers[table.OPTION_CONCURRENCY] = 1;
    const mode: Mode = {
      result,
      // The pause between chunks needs the time.
      options: { ...checked, isTimed: true },
      isSerial: true,
      call: (_startIndex, index, context) => ask(this.#contextOf(index, context)),
      contextOf: (index, context) => this.#contextOf(index, context),
      accept: (index, _step, chunk) => this.#accept(index, chunk),
    };
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => this.#follow() as Promise<IteratorResult<unknown>> }),
    };
    this.run = new Run(mode, source);
  }

  #firstIndex(startIndex: unknown): unknown {
    const from = this.#next || startIndex !== undefined ? startIndex : 0;
    // Without `next` it is compared with `nextStartIndex` of the replies.
    if (!this.#next && !(Number.isInteger(from) && (from as number) >= 0)) {
      throw badOption("startIndex", "an integer from 0", from);
    }
    return from;
  }

  #contextOf(index: number, context: TaskContext): TaskContext {
    const request: Request = Object.assign(context, { startIndex: this.run.items[index], chunk: index });
    this.#requests.set(index, request);
    return request;
  }

  #accept(index: number, chunk: unknown): unknown {
    this.#chunks[index] = chunk;
    // A chunk that was restored was not requested.
    const request = { startIndex: this.run.items[index], chunk: index };
    if (this.#onChunk && !this.#requests.has(index)) this.#requests.set(index, request as Request);
    const isLast = index === this.run.items.length - 1;
    if (isLast) this.#look(chunk);
    if (!this.#onChunk) this.#requests.delete(index);
    if (!isLast) void this.#storeAgain(index, chunk);
    else if (leadOn(this.run, table.FOLLOWING_AWAITED)) void this.#goOn(index, chunk);
    return chunk;
  }

  /**
   * Reads what follows the last chunk, as soon as it has arrived. A chunk that was paid for is not requested again,
   * even if the run is stopped after this.
   */
  #look(chunk: unknown): void {
    try {
      this.#following = this.#after(chunk);
    } catch (error) {
      this.#following = { error };
    }
    if ("value" in this.#following) this.nextStartIndex = this.#following.value;
    else if ("done" in this.#following) this.nextStartIndex = undefined;
  }

  /** Stores an earlier chunk that was requested again. No chunk follows it. */
  async #storeAgain(index: number, chunk: unknown): Promise<void> {
    try {
      if (this.#onChunk) await this.#store(this.#onChunk, index, chunk);
    } catch (error) {
      reportUncaught(error);
    }
  }

  /** Continues the phase after its last chunk, which was requested again after the end of the run. */
  async #goOn(index: number, chunk: unknown): Promise<void> {
    const { run } = this;
    run.sourceError = undefined;
    let kind: number = table.FOLLOWING_UNKNOWN;
    let following: Step | undefined;
    try {
      following = await this.#deal(index, chunk);
      // After the end, the run no longer follows its signals.
      if (following.done) kind = table.FOLLOWING_NOTHING;
      else if (!run.signals.some(({ aborted }) => aborted)) kind = table.FOLLOWING_ITEM;
    } catch (error) {
      run.sourceError = { error };
    }
    if (leadOn(run, kind)) addFollowing(run, following?.value);
    run.hasChanged = true;
    drainSoon();
  }

  /** The source of the run: gives the next start index once the last chunk is stored. */
  async #follow(): Promise<Step> {
    const last = this.run.items.length - 1;
    if (last < 0) return { done: false, value: this.nextStartIndex };
    if (!(last in this.#chunks)) {
      throw new ContinuationError(`chunk ${last} was cancelled, and says nothing of what follows`, undefined);
    }
    return this.#deal(last, this.#chunks[last]);
  }

  /** Reports and stores the last chunk. A chunk that could not be stored is requested again. */
  async #deal(index: number, chunk: unknown): Promise<Step> {
    this.#reportCounts(chunk);
    const following = this.#following;
    try {
      if (this.#onChunk) await this.#store(this.#onChunk, index, chunk);
    } catch (error) {
      this.nextStartIndex = this.run.items[index];
      leadOn(this.run, table.FOLLOWING_UNSTORED);
      this.run.sourceError ??= { error };
      throw error;
    }
    if ("error" in following) throw following.error;
    return following;
  }

  /** Calls `onChunk`. The run gives no result before it has settled. */
  #store(onChunk: AnyFunction, index: number, chunk: unknown): Promise<unknown> {
    const request = this.#requests.get(index);
    this.#requests.delete(index);
    const { run } = this;
    const { journaling } = run;
    const call = async () => void (await run.callInContext(onChunk, chunk, request));
    const stored = journaling ? journaling.step(index, ON_CHUNK, call, true) : call();
    run.holdResult(stored);
    return stored;
  }

  #after(chunk: unknown): Following {
    return this.#next ? this.#byNext(this.#next, chunk) : this.#byReply(chunk);
  }

  /** Follows `hasMore` and `nextStartIndex`. */
  #byReply(chunk: unknown): Following {
    const { hasMore, nextStartIndex } = (chunk ?? {}) as { hasMore?: unknown; nextStartIndex?: unknown };
    const more = hasMore === true ? table.MORE_FROM : hasMore === false ? table.MORE_NO : table.MORE_UNREADABLE;
    const [index, last] = [numberOr(nextStartIndex), numberOr(this.run.items.at(-1))];
    const code = engine.engine_after_chunk(more, index, last, this.#chunks.length, this.#maxChunks);
    return this.#step(code, chunk, nextStartIndex);
  }

  /** Follows the result of `next`. */
  #byNext(next: AnyFunction, chunk: unknown): Following {
    const answer = next(chunk, this.#requests.get(this.run.items.length - 1));
    const { done, startIndex: cursor } = (answer ?? {}) as { done?: unknown; startIndex?: unknown };
    if (typeof done !== "boolean") {
      throw new ContinuationError("`next` must return { done: boolean, startIndex? }", chunk);
    }
    if (done) return { done: true };
    const before = this.run.items.at(-1);
    const facts =
      (before === undefined ? 0 : table.CURSOR_WAS_GIVEN) |
      (cursor === undefined ? 0 : table.CURSOR_IS_GIVEN) |
      (Object.is(cursor, before) ? table.CURSOR_IS_SAME : 0);
    const [last, index] = [numberOr(before), numberOr(cursor)];
    return this.#step(
      engine.engine_after_cursor(facts, last, index, this.#chunks.length, this.#maxChunks),
      chunk,
      cursor,
    );
  }

  #step(code: number, chunk: unknown, value: unknown): Following {
    switch (code) {
      case table.CHUNK_DONE:
        return { done: true };
      case table.CHUNK_NEXT:
        return { done: false, value };
      case table.CHUNK_UNREADABLE:
        throw new ContinuationError("the reply has no boolean `hasMore`", chunk);
      case table.CHUNK_MISSING:
        throw new ContinuationError(`\`hasMore\` is true, but \`nextStartIndex\` is ${String(value)}`, chunk);
      case table.CHUNK_NOT_ADVANCING:
        throw new ContinuationError(`\`nextStartIndex\` does not advance: ${String(value)}`, chunk);
      default: {
        const message = `there is more after ${this.#chunks.length} chunks (\`maxChunks\`)`;
        return { value, error: new ContinuationError(message, chunk) };
      }
    }
  }

  /** Reports the server's own counts to the engine. */
  #reportCounts(chunk: unknown): void {
    let counts: { completed?: unknown; total?: unknown } | undefined;
    try {
      counts = this.#progress?.(chunk, this.#chunks) as typeof counts;
    } catch (error) {
      return reportUncaught(error);
    }
    if (typeof counts?.completed !== "number" || this.run.id < 0) return;
    engineOf(this.run).engine_report(this.run.id, counts.completed, numberOr(counts.total), now());
    this.run.hasChanged = true;
  }
}

const numberOr = (value: unknown): number => (typeof value === "number" ? value : NaN);
