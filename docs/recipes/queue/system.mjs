// The processes of `npm start -- --queue`: two workers and the owner of the runs. One that dies is started again.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROCESS = fileURLToPath(new URL("process.mjs", import.meta.url));
const WORKERS = 2;
/** Wait before a process is started again, in milliseconds. */
const PAUSE = 500;

/**
 * Starts the processes.
 * @param {{redis: string, backend: string, say?: (text: string) => void}} options `backend`: the origin of the
 * generation server
 * @returns {Promise<{url: string, close: () => void, pids: () => Record<string, number | undefined>}>} `url`: where the
 * runs are served
 */
export async function startQueueSystem({ redis, backend, say = () => {} }) {
  let isClosed = false;
  /** The present process of each name. @type {Map<string, import('node:child_process').ChildProcess>} */
  const present = new Map();

  /** Starts a process, and another one whenever it ends. Resolves to what the first tells when it is ready. */
  const keep = async (/** @type {string} */ name, /** @type {string} */ role, /** @type {object} */ settings) => {
    const child = fork(PROCESS, [role, JSON.stringify(settings)]);
    present.set(name, child);
    const ended = once(child, "exit").then(() => {
      throw new Error(`The ${name} ended before it was ready`);
    });
    const [told] = await Promise.race([once(child, "message"), ended]);
    const next = role === "owner" ? { ...settings, port: told.port } : settings;
    ended.catch(async () => {
      if (isClosed) return;
      say(`The ${name} is gone; another one takes its place.`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      if (!isClosed) keep(name, role, next).catch((error) => say(String(error)));
    });
    return told;
  };

  const close = () => {
    isClosed = true;
    for (const child of present.values()) child.kill();
  };
  try {
    const settings = { redis, backend, port: 0 };
    const workers = Array.from({ length: WORKERS }, (_, at) => keep(`worker ${at + 1}`, "worker", settings));
    const [owner] = await Promise.all([keep("owner", "owner", settings), ...workers]);
    const pids = () => Object.fromEntries([...present].map(([name, { pid }]) => [name, pid]));
    return { url: `http://${owner.address}:${owner.port}`, close, pids };
  } catch (error) {
    close();
    throw error;
  }
}
