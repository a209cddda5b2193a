// Reads headers of any shape.

import { badOption, isObject, property } from "../values.ts";

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

/** Returns headers of the platform. Throws a TypeError that names a header which cannot be sent. */
export function headersOf(given: unknown): Headers {
  if (given === undefined || given === null) return new Headers();
  if (!isObject(given)) throw badOption("headers", "an object or a function that returns one", given);
  const isIterable = typeof property(given, "entries") === "function" || Array.isArray(given);
  if (!isIterable) {
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined || value === null) throw badOption(`headers.${name}`, "a string", value);
    }
  }
  return new Headers(given as HeadersInit);
}
