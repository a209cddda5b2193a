// Reads the bodies of failed replies.

import { property } from "../values.ts";

/** Returns the parsed body, or the text if it is not JSON. */
export function parsedBody(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return text;
  }
}

/** Returns the error message in a body, as the end of a message of ours. */
export function messageIn(body: unknown): string {
  const error = property(body, "error");
  const texts = [error, property(error, "message"), property(body, "message")];
  const text = texts.find((it) => typeof it === "string");
  return text === undefined ? "" : `: ${text}`;
}

/** Returns an address without its query, which may hold a secret. */
export const pathOf = (url: unknown): string => String(url).split(/[?#]/)[0] ?? "";
