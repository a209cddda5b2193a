// Replies that come event by event: server-sent events, and JSON in lines.

import { createParser } from "eventsource-parser";
import type { ReplyEvent } from "../../npm/calls.ts";
import { TaskContext } from "../context.ts";
import { property } from "../values.ts";
import { headerOf } from "./headers.ts";
import { errorOf, type Request, readReply } from "./reply.ts";

/** Is told of each event. What it promises is awaited. */
export type OnEvent = (event: ReplyEvent, context: { readonly attempt: number }) => unknown;

/** What is asked for where the caller does not say. */
export const ACCEPT = "text/event-stream, application/x-ndjson, application/json, */*";

const SERVER_SENT = /event-stream/i;
const LINES = /ndjson|jsonl|json-?lines|stream\+json/i;
const JSON_TYPE = /json/i;

/** Ends the streams of OpenAI and of those that do as it does. */
const DONE = "[DONE]";

/** Reads the events of whole lines. */
type Parse = (text: string) => ReplyEvent[];

/** Tells the events of a reply as they arrive. Resolves to the data of the last one. */
export async function readEvents(request: Request, response: Response, onEvent: OnEvent, context: TaskContext) {
  const { signal, attempt } = context;
  const type = headerOf(response.headers, "content-type") ?? "";
  const isStream = SERVER_SENT.test(type) || LINES.test(type);
  if (!response.ok || response.body === null || (JSON_TYPE.test(type) && !isStream)) {
    // A server that does not stream is taken at its one word.
    const reply = await readReply(request, response, "json");
    if (reply !== undefined) await onEvent({ event: "message", data: reply, id: undefined }, { attempt });
    return reply;
  }
  let [last, isEmpty]: [unknown, boolean] = [undefined, true];
  /** Returns whether the events go on. */
  const tell = async (events: readonly ReplyEvent[]) => {
    for (const event of events) {
      isEmpty = false;
      if (event.data === DONE) return false;
      last = event.data;
      const told = onEvent(event, { attempt });
      if (typeof property(told, "then") === "function") await told;
      if (signal.aborted) throw signal.reason;
    }
    return true;
  };
  let parse = isStream ? parserOf(!SERVER_SENT.test(type)) : undefined;
  // The line that is not whole yet. It is searched for its end once, however many parts it comes in.
  let line = "";
  for await (const text of textsOf(response, signal)) {
    TaskContext.touch(context);
    // Where the type does not say it, the first letter does.
    if (/\S/.test(text)) parse ??= parserOf(/^\s*[[{]/.test(text));
    const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
    if (end > 0 && parse && !(await tell(parse(line + text.slice(0, end))))) return last;
    line = end > 0 ? text.slice(end) : line + text;
  }
  const rest = parse?.(`${line}\n\n`) ?? [];
  if (isBroken(line, rest)) throw errorOf(request, response, "", " with a stream that broke off in an event");
  if (!(await tell(rest))) return last;
  if (isEmpty) throw errorOf(request, response, "", " without an event");
  return last;
}

/**
 * Returns whether a reply broke off in its last line. JSON that can be read, the mark of the end and comments are
 * whole.
 */
const isBroken = (line: string, rest: readonly ReplyEvent[]): boolean =>
  /^\s*[^\s:]/.test(line) && rest.every(({ data }) => data !== DONE && typeof data === "string" && line.endsWith(data));

/** Gives the texts of a body as they arrive. Ends the connection when nobody reads on. */
async function* textsOf(response: Response, signal: AbortSignal): AsyncGenerator<string> {
  // Some environments have replies, but no streams.
  if (typeof response.body?.getReader !== "function") return yield await response.text();
  const reader = response.body.getReader();
  const decoder = new globalThis.TextDecoder();
  const stop = (): void => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw signal.reason;
      yield decoder.decode(value, { stream: !done });
      if (done) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
    reader.releaseLock();
  }
}

const parserOf = (isLines: boolean): Parse => (isLines ? parseLines : serverSentEvents());

const parseLines: Parse = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => ({ event: "message", data: dataOf(line), id: undefined }));

function serverSentEvents(): Parse {
  let events: ReplyEvent[] = [];
  const parser = createParser({
    onEvent: ({ event = "message", data, id }) => events.push({ event, data: dataOf(data), id }),
  });
  return (text) => {
    events = [];
    parser.feed(text);
    return events;
  };
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
