// Bodies of requests: JSON, or a body type of the platform.

import { badOption, isObject, property } from "../values.ts";

/** A body, with its content type if the platform does not set one. */
export interface Body {
  readonly content: BodyInit | undefined;
  readonly type: string | undefined;
  /** Whether it can be sent only once. */
  readonly isStream: boolean;
}

const NONE: Body = { content: undefined, type: undefined, isStream: false };
const EXPECTED = "what JSON can say, or a FormData, Blob, ArrayBuffer, typed array, URLSearchParams or ReadableStream";

/** Body types of the platform, by name. Not by instanceof, because of other realms and older runtimes. */
const RAW =
  /^\[object (ArrayBuffer|Blob|File|FormData|URLSearchParams|DataView|(Big)?(Ui|I)nt\w+Array|Float\w+Array)\]$/;
/** Types that JSON would turn into an empty object. */
const WRONG = /^\[object (Map|Set|WeakMap|WeakSet|Error|DOMException|RegExp|Function|AsyncFunction)\]$/;

/** Reads a body. JSON is written once, so that every attempt sends the same text. */
export function bodyOf(body: unknown): Body {
  if (body === undefined) return NONE;
  const tag = Object.prototype.toString.call(body);
  if (tag === "[object ReadableStream]") return { content: body as BodyInit, type: undefined, isStream: true };
  if (RAW.test(tag)) return { content: body as BodyInit, type: undefined, isStream: false };
  const isPromise = isObject(body) && typeof property(body, "then") === "function";
  const text = isPromise || WRONG.test(tag) || body instanceof Error ? undefined : JSON.stringify(body);
  if (text === undefined) throw badOption("body", EXPECTED, body);
  return { content: text, type: "application/json", isStream: false };
}
