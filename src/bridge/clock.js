// The time, in milliseconds from no particular moment.

let last = 0;
let setBack = 0;

/**
 * `performance.now()`, which never goes back; a test that puts its own clock in place or takes it away does set it back, and
 * what waits must not wait for hours therefore.
 */
export function now() {
  const at = performance.now();
  if (at < last) setBack += last - at;
  last = at;
  return at + setBack;
}

/** How exactly a run has to know the time: not at all, once a turn of the event loop, or whenever something happens. */
const UNTIMED = 0;
const BY_TURN = 1;
export const EXACT = 2;

/** Where `options` ask for no outcomes with their times but those of `onOutcome`. */
export function timingOf({
  stagger,
  timeout,
  idleTimeout,
  totalTimeout,
  policy,
  retry,
  limiter,
  onProgress,
  onOutcome,
}) {
  const limitsTime = timeout < Infinity || idleTimeout < Infinity || totalTimeout < Infinity;
  const asks = retry?.reconcile !== undefined || retry?.classify !== undefined;
  if (asks || limitsTime || stagger > 0 || policy[0] > 1 || limiter !== undefined || onOutcome !== undefined)
    return EXACT;
  return onProgress === undefined ? UNTIMED : BY_TURN;
}

const timedRuns = [0, 0, 0];
/** The time of this turn, once it was told; else NaN. */
let turnAt = NaN;
/** What `clock` gives; NaN where it has to look. */
let held = 0;

/**
 * The time, as exactly as somebody needs it. Looking at the clock takes longer than all the rest that is done for a call, so
 * a run without timers and reports is not slowed down by it.
 */
export const clock = () => (held === held ? held : now());

/** A timed run begins (1) or ends (-1). */
export function countTimed(how, change) {
  timedRuns[how] += change;
  hold();
}

/** From now on it is the same time, for those who need it no more exactly. NaN: no longer. */
export function holdTime(at) {
  turnAt = at;
  hold();
}

function hold() {
  held = timedRuns[EXACT] > 0 ? NaN : timedRuns[BY_TURN] > 0 ? turnAt : 0;
}
