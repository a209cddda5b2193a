// The names of all options. An unknown one is a TypeError that names the nearest.

const SHARED = ["signal", "limiter", "waitOnline", "onProgress", "onCancel", "trace"];

/** Options of runs of items. */
export const RUN_OPTIONS = [
  ...SHARED,
  ...["stagger", "retry", "timeout", "idleTimeout", "totalTimeout", "onFailure", "key", "idempotencyKey", "skip"],
  ...["onOutcome", "onRetry", "journal", "onJournalError", "repeatable"],
];
/** Options of runs whose items start as places become free. */
export const POOL_OPTIONS = [...RUN_OPTIONS, "after", "priority"];
export const RETRY_OPTIONS = [
  ...["attempts", "minDelay", "maxDelay", "factor", "jitter", "random"],
  ...["delay", "maxRetryAfter", "classify", "reconcile"],
];
export const IN_ORDER_OPTIONS = [...RUN_OPTIONS, "prepare", "commit", "carry", "concurrency", "onStepFailure"];
export const PHASE_OPTIONS = [
  ...SHARED,
  ...["idleTimeout", "startIndex", "stagger", "retry", "timeout", "maxChunks", "next", "onChunk", "progress"],
  ...["journal", "onJournalError", "repeatable"],
];
export const PIPELINE_OPTIONS = [...SHARED, "from", "outputs", "journal", "onJournalError"];
export const PIPELINE_PHASE_OPTIONS = ["name", "weight", "skip", "run", "onFailure", "repeatable"];
export const ONE_OPTIONS = ["signal", "timeout", "idleTimeout", "totalTimeout", "limiter", "waitOnline"];
export const CALL_OPTIONS = [
  ...["signal", "method", "headers", "timeout", "totalTimeout", "limiter", "retry", "idempotencyKey", "resend"],
  ...["fetch", "check", "read", "init", "keyHeader", "onEvent", "idleTimeout", "waitOnline"],
];
export const POLL_OPTIONS = [
  ...["done", "interval", "timeout", "idleTimeout", "maxConsecutiveErrors", "wake", "signal", "context", "limiter"],
  ...["classify", "backoff", "onReply", "sameAs", "waitOnline"],
];
export const BACKOFF_OPTIONS = ["minDelay", "maxDelay", "factor"];
export const JOB_OPTIONS = [...POLL_OPTIONS, "submit", "poll", "failed", "value", "cancel"];
export const LIMITER_OPTIONS = ["limit", "stagger", "adaptive", "rate", "sharedAcrossTabs"];
/** Of `run` of a limiter. */
export const LIMITED_OPTIONS = ["priority", "signal"];
export const RATE_OPTIONS = ["limit", "interval"];
export const ADAPTIVE_OPTIONS = ["min", "max"];
export const STEP_FAILURE_OPTIONS = ["prepare", "commit"];
/** Of methods of a run. */
export const RESUME_OPTIONS = ["retryFailed"];
export const RETRY_ITEM_OPTIONS = ["regenerate", "restart", "item"];
export const INSPECT_OPTIONS = ["limit"];
export const SETTLED_OPTIONS = ["signal"];
export const INIT_OPTIONS = ["wasm"];

/** Throws for an option that does not exist. One that is `undefined` counts as absent. */
export function refuseUnknown(options: object, known: readonly string[], prefix = ""): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    throw new TypeError(`\`${prefix}${name}\` is not an option; the nearest is \`${prefix}${nearest(name, known)}\``);
  }
}

function nearest(name: string, known: readonly string[]): string {
  const [first] = known.map((other) => [distance(name, other), other] as const).sort(([one], [other]) => one - other);
  return first?.[1] ?? "";
}

/** Returns the number of letters to insert, drop or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let at = 1; at <= to.length; at++) {
      const isSame = from[line - 1]?.toLowerCase() === to[at - 1]?.toLowerCase();
      const replaced = (row[at - 1] ?? 0) + (isSame ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
