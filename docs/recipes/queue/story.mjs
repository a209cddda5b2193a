// The storyboard as a kind of runs that the server owns: the pipeline of the page, whose calls workers make.
import { startPipeline, startRun } from "../../../dist/index.js";

/** @typedef {{text: string, title?: string}} Input */
/** @typedef {{projectId: string, generationId: string, sceneCount: number}} Script */
/** @typedef {import('../../../dist/index.js').TaskContext} TaskContext */

/** What a worker posts to the generation server. @typedef {Record<string, unknown> & {phase: string}} Body */

const RETRY = { attempts: 6, minDelay: 500, maxDelay: 8_000 };
const WEIGHTS = { script: 10, audio: 30, images: 55, finalize: 5 };

/**
 * Returns the calls that wait for another attempt, for the page. `until` is in milliseconds since 1970.
 * @param {import('../../../dist/index.js').RunSnapshot<unknown>} snapshot
 */
const waitsOf = ({ items }) =>
  items.flatMap((item) => {
    if (item.status !== "retrying") return [];
    const { attempt, nextAttemptAt = 0, error } = /** @type {any} */ (item);
    const message = error?.body?.error ?? error?.message ?? String(error);
    return [{ attempt, attempts: RETRY.attempts, message, until: Date.now() + nextAttemptAt - performance.now() }];
  });

/**
 * Returns the function that starts a story.
 * @param {(body: Body, index: number, context: TaskContext) => Promise<any>} call makes a call by a worker
 */
export function storyOf(call) {
  /** Makes calls, and reports their share to the phase around them. Fails with the first failure. */
  const make = async (
    /** @type {Body[]} */ bodies,
    /** @type {(body: Body) => string} */ idempotencyKey,
    /** @type {TaskContext} */ { signal, journal, report },
  ) => {
    const options = { concurrency: 8, retry: RETRY, idempotencyKey, signal, journal };
    const run = startRun(bodies, call, options);
    run.subscribe(() => report({ fraction: run.snapshot.progress.fraction, data: waitsOf(run.snapshot) }));
    const { values, error } = await run.finished;
    if (error) throw error.errors[0];
    signal.throwIfAborted();
    return values;
  };
  /** Makes one call. */
  const one = async (/** @type {Body} */ body, /** @type {string} */ key, /** @type {TaskContext} */ context) => {
    const [value] = await make([body], () => key, context);
    return value;
  };
  /** Makes a piece of each scene. The key names the piece. */
  const pieces = (/** @type {string} */ phase) => ({
    run: (/** @type {any} */ { script }, /** @type {TaskContext} */ context) => {
      const { projectId, generationId, sceneCount } = /** @type {Script} */ (script);
      const bodies = Array.from({ length: sceneCount }, (_, sceneIndex) => ({ phase, projectId, sceneIndex }));
      return make(bodies, ({ sceneIndex }) => `${generationId}/${phase}/${sceneIndex}/first`, context);
    },
  });

  return (
    /** @type {Input} */ { text, title },
    /** @type {import('../../../dist/server.js').RunContext} */ { id, journal, signal },
  ) => {
    if (typeof text !== "string") throw Object.assign(new Error("The story has no text"), { status: 400 });
    return startPipeline(
      [
        {
          name: "script",
          weight: WEIGHTS.script,
          run: (_, context) => one({ phase: "script", text, title }, `${id}/script`, context),
        },
        { name: "audio", weight: WEIGHTS.audio, ...pieces("regenerate_audio") },
        { name: "images", weight: WEIGHTS.images, ...pieces("regenerate_image") },
        {
          name: "finalize",
          weight: WEIGHTS.finalize,
          run: ({ script: { projectId, generationId } }, context) =>
            one({ phase: "finalize", projectId, generationId }, `${generationId}/finalize`, context),
        },
      ],
      { journal, signal, onCancel: "abort" },
    );
  };
}
