// Reads headers of any shape.

import { isObject } from "../values.ts";

/** Returns the text of a header, from a `Headers` or a plain object. */
export function headerOf(headers: unknown, name: string): string | undefined {
  if (!isObject(headers)) return undefined;
  try {
    const { get } = headers as { get?: unknown };
    const text =
      typeof get === "function"
        ? get.call(headers, name)
        : Object.entries(headers).find(([other]) => other.toLowerCase() === name)?.[1];
    return text === undefined || text === null ? undefined : String(text);
  } catch {
    return undefined;
  }
}
