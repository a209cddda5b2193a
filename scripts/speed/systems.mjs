// The work of the documents 000, 001, 003 and 004, done one by one, as their documents do it, and by sluicegate, at
// scaled-down time.

/**
 * @typedef {object} Row
 * @property {string} work
 * @property {string} document  what the document says: before, after
 * @property {number | undefined} promised  its speed-up
 * @property {number} sequential  milliseconds
 * @property {number} batches     as the document does it
 * @property {number} ours
 */

/** Milliseconds that stand for one minute of the documents. */
export const MINUTE = 240;
const SECOND = MINUTE / 60;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How far the times of calls lie apart: not at all, as the documents reckon, or as those of calls to a model do. */
export const SPREADS = {
  "every call takes the same time, as the documents reckon": 0,
  "calls take their time as they do: many about the mean, a few twice as long": 0.35,
};

/** The same for every way. */
function times(spread, count, mean, seed) {
  let state = seed;
  const random = () => ((state = (state * 1_664_525 + 1_013_904_223) >>> 0) + 0.5) / 2 ** 32;
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    return mean * SECOND * Math.exp(spread * normal - (spread * spread) / 2);
  });
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** One by one. */
async function oneByOne(tasks) {
  for (const task of tasks) await sleep(task);
}

/** In batches with a barrier. */
async function inBatches(tasks, size) {
  for (let start = 0; start < tasks.length; start += size)
    await Promise.allSettled(tasks.slice(start, start + size).map(sleep));
}

/** With a pool of workers. */
async function inThreads(tasks, threads) {
  const waiting = tasks.values();
  await Promise.all(
    Array.from({ length: threads }, async () => {
      for (const task of waiting) await sleep(task);
    }),
  );
}

/** 000: previews and animations, five and three at once. @returns {Promise<Row[]>} */
async function bulk({ settleWithConcurrency }, spread) {
  const rows = [];
  for (const [name, limit, mean] of [
    ["24 previews", 5, 12],
    ["24 animations", 3, 30],
  ]) {
    const tasks = times(spread, 24, mean, 7);
    rows.push({
      work: `000: ${name}, ${limit} at once`,
      document: "5x-10x",
      promised: undefined,
      sequential: await timed(() => oneByOne(tasks)),
      batches: await timed(() => inBatches(tasks, limit)),
      ours: await timed(() => settleWithConcurrency(tasks, limit, sleep)),
    });
  }
  return rows;
}

/**
 * 001: batches of five, each written with the scenes before it in view: the barrier is the point.
 * @returns {Promise<Row[]>}
 */
async function script({ startBatches }, spread) {
  const rows = [];
  for (const [minutes, scenes, before, after] of [
    [3, 22, 3.0, 0.7],
    [5, 37, 5.0, 1.0],
    [10, 75, 10.0, 2.0],
    [15, 113, 15.1, 3.1],
  ]) {
    const tasks = times(spread, scenes, (before * 60) / scenes, scenes);
    rows.push({
      work: `001: ${scenes} scenes of a ${minutes} minute video`,
      document: `${before.toFixed(1)} → ${after.toFixed(1)} min`,
      promised: before / after,
      sequential: await timed(() => oneByOne(tasks)),
      batches: await timed(() => inBatches(tasks, 5)),
      ours: await timed(() => startBatches(tasks, 5, sleep).finished),
    });
  }
  return rows;
}

/**
 * 003: content three ahead; actions and speech in order. The document waits for all content first.
 * @returns {Promise<Row[]>}
 */
async function classroom({ startInOrder }, spread) {
  const [content, actions] = [times(spread, 15, 40, 3), times(spread, 15, 12, 4)];
  const serial = content.flatMap((time, scene) => [time, actions[scene]]);
  const scenes = content.map((_, scene) => scene);
  const row = {
    work: "003: 15 scenes, content 3 at once",
    document: "2-3x",
    promised: undefined,
    sequential: await timed(() => oneByOne(serial)),
    batches: await timed(async () => {
      await inBatches(content, 3);
      await oneByOne(actions);
    }),
    ours: await timed(() => {
      const prepare = (scene) => sleep(content[scene]);
      const commit = async (scene) => ({ value: await sleep(actions[scene]), carry: undefined });
      return startInOrder(scenes, { prepare, commit, carry: undefined, concurrency: 3 }).finished;
    }),
  };
  return [row];
}

/** 004: videos of the panels of a grid; the document has a pool of threads. @returns {Promise<Row[]>} */
async function videos({ settleWithConcurrency }, spread) {
  const rows = [];
  for (const [grid, images, document, promised] of [
    ["2x2", 4, "8 → 2 min", 4],
    ["3x3", 9, "–", undefined],
  ]) {
    const tasks = times(spread, images, 120, images);
    rows.push({
      work: `004: ${images} videos of a ${grid} grid, 4 workers`,
      document,
      promised,
      sequential: await timed(() => oneByOne(tasks)),
      batches: await timed(() => inThreads(tasks, 4)),
      ours: await timed(() => settleWithConcurrency(tasks, 4, sleep)),
    });
  }
  return rows;
}

/**
 * All rows, one after the other.
 * @param {typeof import('sluicegate')} sluicegate
 * @param {number} spread
 * @returns {Promise<Row[]>}
 */
export async function measure(sluicegate, spread) {
  await sluicegate.init();
  const rows = [];
  for (const system of [bulk, script, classroom, videos]) rows.push(...(await system(sluicegate, spread)));
  return rows;
}
