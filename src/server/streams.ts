// Server-sent events: the events of a run for one client.

import type { Feed } from "./feed.ts";
import type { RunEvent } from "./store.ts";

/** How a stream ends by itself. Times are milliseconds. */
export interface StreamManner {
  /** Wait until a comment says that the connection is alive. */
  readonly heartbeat: number;
  /** Longest life of a stream. The client connects again, and is authorized anew. */
  readonly time: number;
  /** Time after the end of the run during which changes are still sent. */
  readonly linger: number;
}

/** Length of what is written at once, in characters. What a client has not read yet is never kept for it. */
const PORTION = 65_536;

const frame = ({ version, isWhole, data }: RunEvent): string =>
  `${isWhole ? "event: state\n" : ""}id: ${version}\ndata: ${data}\n\n`;

/**
 * Returns the events after a version as a body. It is written as the client reads, so one that lags gets the whole
 * state in place of the changes that it missed. `onEnd` is called once.
 */
export function eventStream(
  feed: Feed,
  since: string | undefined,
  manner: StreamManner,
  onEnd: () => void,
): { readonly body: ReadableStream<Uint8Array>; readonly close: () => void } {
  const encoder = new TextEncoder();
  let sent = since;
  let isOver = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    onEnd();
  };
  const close = (): void => {
    if (isOver) return;
    end();
    controller?.close();
  };
  // A timer, because a client that reads slowly, or nothing, must not outlive it.
  const timer = setTimeout(close, manner.time);
  (timer as { unref?(): void }).unref?.();
  const write = (text: string): void => controller?.enqueue(encoder.encode(text));
  /** Writes what is new. Returns whether there was something. */
  const writeNew = (): boolean => {
    let text = "";
    for (const event of feed.after(sent)) {
      if (text.length > PORTION) break;
      text += frame(event);
      sent = event.version;
    }
    if (text) write(text);
    return text !== "";
  };
  const pull = async (): Promise<void> => {
    while (!isOver) {
      if (writeNew()) return;
      const isEnded = feed.isEnded;
      if ((await feed.changed(isEnded ? manner.linger : manner.heartbeat)) || isOver) continue;
      if (isEnded) return close();
      return write(":\n\n");
    }
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        write(`event: now\ndata: ${Date.now()}\n\n`);
      },
      pull,
      cancel: end,
    },
    // Nothing is prepared for a client that does not read.
    { highWaterMark: 0 },
  );
  return { body, close };
}
