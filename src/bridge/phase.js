// A phase as a run: its items are start indexes, and its source is the reply of the last chunk.

import { engine } from "./engine.js";
import { ContinuationError, badOption, reportUncaught } from "./errors.js";
import { ENDS, count, functionNamed, functionOr, optionsOf, runOptions, toUnsigned } from "./options.js";
import { PULLED, Run } from "./run.js";

/** Between the end of a chunk and the start of the next, in milliseconds (seed 002). */
const STAGGER = 100;
const MAX_CHUNKS = 10_000;

// What `after_chunk` in continuation.rs says, by number.
const DONE = 0;
const NEXT = 1;
const NO_HAS_MORE = 2;
const MISSING = 3;
const NOT_ADVANCING = 4;

/** Chunk after chunk, never two at once. `kind` is PROCESS or SETTLE. */
export function phaseRun(kind, call, options) {
  functionNamed("call", call);
  const given = optionsOf(options);
  const phase = readPhase(given);
  const { signal, limiter, timeout, idleTimeout, onCancel, onProgress, trace, retry, stagger = STAGGER } = given;
  const shared = { signal, limiter, timeout, idleTimeout, onCancel, onProgress, trace, retry, stagger };
  const run = new Run(kind, 1, undefined, runOptions(shared, ENDS));
  const chunks = [];
  let request;
  let next = phase.startIndex;
  /** What follows the last chunk: a step of the source, or why there is none. */
  let following;
  run.isSerial = true;
  run.contextOf = (chunk, context) => {
    Object.assign(context, { startIndex: run.items[chunk], chunk });
    if (chunk === run.items.length - 1) request = context;
    return context;
  };
  run.task = (_startIndex, chunk, context) => call(run.contextOf(chunk, context));
  run.onValue = (index, _step, chunk) => {
    chunks[index] = chunk;
    // An earlier chunk that was asked for again leads nowhere.
    if (index < run.items.length - 1) return chunk;
    // Known as soon as it has arrived: whatever stops the run after this, it is paid for and not asked for again.
    following = stepAfter(phase, chunk, request, chunks.length);
    if ("value" in following) next = following.value;
    return chunk;
  };
  const follow = async () => {
    const at = run.items.length - 1;
    if (at < 0) return { done: false, value: next };
    if (!(at in chunks))
      throw new ContinuationError(`chunk ${at} was cancelled, and says nothing of what follows`, undefined);
    const chunk = chunks[at];
    if (phase.progress) serverCounts(run, phase.progress, chunk, chunks);
    await phase.onChunk?.(chunk, request);
    if ("error" in following) throw following.error;
    return following;
  };
  run.items = [];
  run.isAsync = true;
  run.source = { next: follow };
  run.sourceKind = PULLED;
  run.sourceIsOpen = true;
  run.nextStartIndex = () => next;
  return run;
}

function readPhase({ startIndex, maxChunks = MAX_CHUNKS, next, onChunk, progress }) {
  count("maxChunks", maxChunks);
  for (const [name, value] of Object.entries({ next, onChunk, progress })) functionOr(name, value);
  const from = next || startIndex !== undefined ? startIndex : 0;
  // Without `next` it is compared with what the replies say.
  if (!next && !(Number.isInteger(from) && from >= 0)) throw badOption("startIndex", "an integer from 0", from);
  return { startIndex: from, maxChunks, next, onChunk, progress };
}

/** What follows a chunk, as a step of the source; with an `error` where it cannot be followed. */
function stepAfter(phase, chunk, request, chunks) {
  try {
    return phase.next ? byNext(phase, chunk, request, chunks) : byReply(phase, chunk, request, chunks);
  } catch (error) {
    return { error };
  }
}

/** By `hasMore` and `nextStartIndex`. */
function byReply({ maxChunks }, chunk, { startIndex }, chunks) {
  const { hasMore, nextStartIndex } = chunk ?? {};
  const more = typeof hasMore === "boolean" ? Number(hasMore) : 2;
  const index = typeof nextStartIndex === "number" ? nextStartIndex : NaN;
  return step(
    engine.engine_after_chunk(more, index, startIndex, chunks, toUnsigned(maxChunks)),
    index,
    chunk,
    nextStartIndex,
    maxChunks,
  );
}

/** By what the caller's `next` makes of the chunk. */
function byNext({ next, maxChunks }, chunk, request, chunks) {
  const said = next(chunk, request);
  const { done, startIndex: cursor } = said ?? {};
  if (typeof done !== "boolean")
    throw new ContinuationError("`next` must return { done: boolean, startIndex? }", chunk);
  if (done) return { done: true, value: undefined };
  const before = request.startIndex;
  const numbers = typeof cursor === "number" && typeof before === "number";
  if (cursor === undefined && before !== undefined) return step(MISSING, cursor, chunk, cursor, maxChunks);
  // Backends without a cursor only say "more"; where there is one, it has to move.
  const stays = cursor !== undefined && (Object.is(cursor, before) || (numbers && !(cursor > before)));
  if (stays) return step(NOT_ADVANCING, cursor, chunk, cursor, maxChunks);
  return step(chunks >= maxChunks ? undefined : NEXT, cursor, chunk, cursor, maxChunks);
}

function step(code, value, chunk, said, maxChunks) {
  switch (code) {
    case DONE:
      return { done: true, value: undefined };
    case NEXT:
      return { done: false, value };
    case NO_HAS_MORE:
      throw new ContinuationError("the reply has no boolean `hasMore`", chunk);
    case MISSING:
      throw new ContinuationError(`\`hasMore\` is true, but \`nextStartIndex\` is ${String(said)}`, chunk);
    case NOT_ADVANCING:
      throw new ContinuationError(`\`nextStartIndex\` does not advance: ${String(said)}`, chunk);
    default:
      return {
        done: false,
        value,
        error: new ContinuationError(`there is more after ${maxChunks} chunks (\`maxChunks\`)`, chunk),
      };
  }
}

/** The server's own counts, for a run whose chunks bring them. */
function serverCounts(run, progress, chunk, chunks) {
  let counts;
  try {
    counts = progress(chunk, chunks);
  } catch (error) {
    return reportUncaught(error);
  }
  if (typeof counts?.completed !== "number" || run.over) return;
  engine.engine_report(run.id, counts.completed, counts.total ?? NaN);
  run.changed = true;
}
