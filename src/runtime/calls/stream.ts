// Reads the body of a reply part by part: a web stream, or what Node has instead, as node-fetch hands on.

import { TaskContext } from "../context.ts";
import { isObject } from "../values.ts";

/** The parts of a body. Its reader calls `cancel` or `leave` in the end. */
export interface Parts {
  /** Resolves to the next part, or to `undefined` at the end. Rejects with the reason of an abort. */
  next(): Promise<Uint8Array | undefined>;
  /** Ends the connection. */
  cancel(reason?: unknown): Promise<void>;
  /** Stops following the signal. */
  leave(): void;
}

interface Source {
  read(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  cancel(reason: unknown): unknown;
}

/**
 * Returns the parts of a body, each of which is a sign of life. An abort ends the connection. Returns `undefined` where
 * there is no stream: some environments have replies without one.
 */
export function partsOf(body: unknown, context: TaskContext): Parts | undefined {
  const source = sourceOf(body);
  if (!source) return undefined;
  const { signal } = context;
  const abort = (): void => void cancel(signal.reason);
  const leave = (): void => signal.removeEventListener("abort", abort);
  const cancel = async (reason: unknown): Promise<void> => {
    leave();
    try {
      await source.cancel(reason);
    } catch {
      // A connection that broke has ended.
    }
  };
  const next = async (): Promise<Uint8Array | undefined> => {
    if (signal.aborted) throw signal.reason;
    const { done, value } = await source.read();
    if (signal.aborted) throw signal.reason;
    TaskContext.touch(context);
    if (done) return undefined;
    return typeof value === "string" ? new TextEncoder().encode(value) : (value as Uint8Array);
  };
  signal.addEventListener("abort", abort);
  return { next, cancel, leave };
}

function sourceOf(body: unknown): Source | undefined {
  if (!isObject(body)) return undefined;
  const { getReader, [Symbol.asyncIterator]: iterate } = body as Partial<ReadableStream<unknown>>;
  if (typeof getReader === "function") {
    const reader = (body as ReadableStream<unknown>).getReader();
    const cancel = (reason: unknown) => {
      const ended = reader.cancel(reason);
      reader.releaseLock();
      return ended;
    };
    return { read: () => reader.read(), cancel };
  }
  if (typeof iterate !== "function") return undefined;
  const parts = (body as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return { read: () => parts.next(), cancel: () => parts.return?.() };
}
