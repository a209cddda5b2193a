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

/** Returns whether JSON would make nothing of a value, without a word. */
function isWrong(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isPromise = typeof property(value, "then") === "function";
  return isPromise || value instanceof Error || WRONG.test(Object.prototype.toString.call(value));
}

/** Throws for what JSON cannot say within a body. Functions are left out, as JSON does. */
function refuseWrong(name: string, value: unknown): unknown {
  const isBytes = isObject(value) && RAW.test(Object.prototype.toString.call(value));
  if (name !== "" && (isBytes || (isWrong(value) && typeof value !== "function"))) {
    throw badOption(`body.${name}`, "what JSON can say", value);
  }
  return value;
}

/** Reads a body. JSON is written once, so that every attempt sends the same text. */
export function bodyOf(body: unknown): Body {
  if (body === undefined) return NONE;
  const tag = Object.prototype.toString.call(body);
  if (tag === "[object ReadableStream]") return { content: body as BodyInit, type: undefined, isStream: true };
  if (RAW.test(tag)) return { content: body as BodyInit, type: undefined, isStream: false };
  const text = isWrong(body) || typeof body === "function" ? undefined : JSON.stringify(body, refuseWrong);
  if (text === undefined) throw badOption("body", EXPECTED, body);
  return { content: text, type: "application/json", isStream: false };
}
