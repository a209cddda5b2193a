// Reads and shows values of any kind without throwing.

export const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Reads a property without throwing. */
export function property(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/**
 * Returns whether a value is an object of the platform that overrides none of its properties: using it calls no code of
 * a user.
 */
export const isPlatform = (value: object, { prototype }: { readonly prototype: object }): boolean =>
  Object.getPrototypeOf(value) === prototype && Object.getOwnPropertyNames(value).length === 0;

/** Returns a text for any value, without throwing. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

/** Returns the error for an argument that cannot be used. It names the option and the value. */
export function badOption(name: string, expected: string, value: unknown): TypeError {
  const remedy = isPromise(value)
    ? `: ${expected === A_FUNCTION ? "await it, or pass a function" : "await it first"}`
    : "";
  return new TypeError(`\`${name}\` must be ${expected}, got ${show(value)}${remedy}`);
}

export const A_FUNCTION = "a function";

const isPromise = (value: unknown): boolean => isObject(value) && typeof property(value, "then") === "function";

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return textOf(value);
  if (Array.isArray(value)) return "an array";
  return isPromise(value) ? "a promise" : "an object";
}

/** Reports the error of a user callback to `reportError` or the console. */
export function reportUncaught(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
