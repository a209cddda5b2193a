// Replies that come event by event: server-sent events, and JSON in lines.

import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { ReplyEvent } from "../../npm/calls.ts";
import { TaskContext } from "../context.ts";
import { headerOf } from "./headers.ts";
import { errorOf, type Request } from "./reply.ts";
import { partsOf } from "./stream.ts";

/** Receives each event. The next one waits for its promise. */
export type OnEvent = (event: ReplyEvent, context: { readonly attempt: number }) => unknown;

/** What is asked for where the caller does not say. */
export const ACCEPT = "text/event-stream, application/x-ndjson, application/json, */*";

const SERVER_SENT = /event-stream/i;
const LINES = /ndjson|jsonl|json-?lines|stream\+json/i;
const JSON_TYPE = /json/i;

/** Ends the streams of OpenAI and of those that do as it does. */
const DONE = "[DONE]";

/** Reads the events of whole lines; at the end, of what is left. Throws if an event is broken. */
type Parse = (text: string, isEnd: boolean) => Iterable<ReplyEvent>;
/** Returns the error of a reply with this problem. */
type Broken = (problem: string) => unknown;

const CUT = "with a stream that broke off in an event";

/**
 * Passes the events of a reply to `onEvent` as they arrive. Resolves to the data of the last one.
 * `readWhole` reads a reply without events.
 */
export async function readEvents(
  request: Request,
  response: Response,
  onEvent: OnEvent,
  context: TaskContext,
  readWhole: () => Promise<unknown>,
) {
  const { signal, attempt } = context;
  const type = headerOf(response.headers, "content-type") ?? "";
  const isStream = SERVER_SENT.test(type) || LINES.test(type);
  const report = async (event: ReplyEvent) => {
    // Nothing is read meanwhile, so silence would not be the server's.
    TaskContext.setBusy(context, true);
    try {
      await onEvent(event, { attempt });
    } finally {
      TaskContext.setBusy(context, false);
    }
  };
  if (!response.ok || response.body === null || (JSON_TYPE.test(type) && !isStream)) {
    // A server that does not stream answers with one value.
    const reply = await readWhole();
    if (reply !== undefined) await report(messageOf(reply));
    return reply;
  }
  const broken: Broken = (problem) => errorOf(request, response, "", ` ${problem}`);
  let [last, isEmpty]: [unknown, boolean] = [undefined, true];
  /** Returns whether the events go on. */
  const tellAll = async (events: Iterable<ReplyEvent>) => {
    for (const event of events) {
      isEmpty = false;
      if (event.data === DONE) return false;
      last = event.data;
      await report(event);
      if (signal.aborted) throw signal.reason;
    }
    return true;
  };
  let isLines = isStream ? !SERVER_SENT.test(type) : undefined;
  let parse: Parse | undefined;
  // The line that is not whole yet. It is searched for its end once, whatever the number of its parts.
  let line = "";
  for await (const text of textsOf(response, context)) {
    // Where the type does not say it, the first letter does.
    if (/\S/.test(text)) isLines ??= /^\s*[[{]/.test(text);
    if (isLines !== undefined) parse ??= parserOf(isLines, broken);
    // A carriage return ends a line of server-sent events, and is a space in JSON.
    const end = Math.max(text.lastIndexOf("\n"), isLines ? -1 : text.lastIndexOf("\r")) + 1;
    if (end > 0 && parse && !(await tellAll(parse(line + text.slice(0, end), false)))) return last;
    line = end > 0 ? text.slice(end) : line + text;
  }
  if (parse && !(await tellAll(parse(line, true)))) return last;
  if (isEmpty) throw broken("without an event");
  return last;
}

/** Gives the texts of a body as they arrive. Closes the connection when its reader stops. */
async function* textsOf(response: Response, context: TaskContext): AsyncGenerator<string> {
  const parts = partsOf(response.body, context);
  if (!parts) return yield await response.text();
  const decoder = new globalThis.TextDecoder();
  try {
    for (;;) {
      const part = await parts.next();
      yield decoder.decode(part, { stream: part !== undefined });
      if (!part) return;
    }
  } finally {
    void parts.cancel(context.signal.reason);
  }
}

const parserOf = (isLines: boolean, broken: Broken): Parse => (isLines ? jsonLines : serverSentEvents)(broken);

const messageOf = (data: unknown): ReplyEvent => ({ event: "message", data, id: undefined });

/** Reads JSON in lines. Lines of which the first is no JSON may be one value, printed over several. */
function jsonLines(broken: Broken): Parse {
  let isFirst = true;
  let whole = "";
  return function* (text, isEnd) {
    const lines = whole ? [] : text.split("\n");
    if (whole) whole += text;
    for (const [at, line] of lines.entries()) {
      const trimmed = line.trim();
      if (trimmed === "") continue;
      const data = trimmed === DONE ? DONE : jsonOf(trimmed);
      // A number whose line does not end may have lost its last digits.
      if (isEnd && at === lines.length - 1 && typeof data === "number") throw broken(CUT);
      if (data !== undefined) yield messageOf(data);
      else if (!isFirst) throw broken(isEnd ? CUT : "with a line that is no JSON");
      else {
        whole = lines.slice(at).join("\n");
        break;
      }
      isFirst = false;
    }
    if (!isEnd || !whole) return;
    const data = jsonOf(whole);
    if (data === undefined) throw broken(CUT);
    yield messageOf(data);
  };
}

function serverSentEvents(broken: Broken): Parse {
  let messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => messages.push(event) });
  return function* (text, isEnd) {
    messages = [];
    // An event whose blank line has not arrived takes in the empty one that is fed at the end.
    parser.feed(isEnd ? `${text}${text && "\n"}data\n\n` : text);
    const fed = isEnd ? messages.pop() : undefined;
    for (const { event = "message", data, id } of messages) yield { event, data: dataOf(data), id };
    if (!fed) return;
    if (fed.data === `${DONE}\n`) yield messageOf(DONE);
    // A comment is no part of an event.
    else if (/^\s*[^\s:]/.test(text) || fed.data || fed.event || fed.id !== undefined) throw broken(CUT);
  };
}

/** Returns the value of a JSON text, or the text itself. */
function dataOf(text: string): unknown {
  const value = jsonOf(text);
  return value === undefined ? text : value;
}

/** Returns the value of a JSON text; `undefined` if it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
