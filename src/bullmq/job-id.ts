// Job ids of BullMQ from idempotency keys. Two keys never have the same id.

const percent = (text: string): string =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`).join("");

/** Returns whether BullMQ refuses a text as an id, or has a key of its own in Redis by that name ("meta", "wait"). */
const isTaken = (text: string): boolean => `${Number.parseInt(text, 10)}` === text || /^[A-Za-z-]+$/.test(text);

/** Returns the id of the job of an idempotency key. It is the key itself, if BullMQ allows that. */
export function jobIdOf(idempotencyKey: string): string {
  const id = idempotencyKey.replace(/[%:]/g, percent);
  return isTaken(id) ? percent(id.slice(0, 1)) + id.slice(1) : id;
}

/** Returns the idempotency key of a job id, also of an id that others have made. */
export function keyOfJob(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
