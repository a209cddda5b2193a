// Warnings for developers about documented behavior that is rarely meant. Each is given once a page, and never in
// production.

import { badOption, reportUncaught } from "./values.ts";

/** Bundlers put a text in its place; there may be no such thing. */
declare const process: { readonly env: { readonly NODE_ENV?: string } };

type Say = (message: string) => void;

/** The kinds that were given. */
const given = new Set<string>();
const onConsole: Say = (message) => console.warn(message);
let say: Say | false = onConsole;

/** Says where warnings go; `false` silences them. */
export function setWarnings(to: unknown): void {
  if (typeof to !== "boolean" && typeof to !== "function") throw badOption("to", "true, false or a function", to);
  say = to === true ? onConsole : (to as Say | false);
}

/** Warns once for each kind. Calls `text` only if the warning is shown. */
export function warnOnce(kind: string, text: () => string): void {
  if (say === false || given.has(kind) || !isDevelopment()) return;
  given.add(kind);
  try {
    say(`sluicegate: ${text()} (This is said once, and not in production; setWarnings(false) silences it.)`);
  } catch (error) {
    reportUncaught(error);
  }
}

/** Not by `typeof process`, which bundlers leave as it is: it would be false in all browsers. */
function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return false;
  }
}
