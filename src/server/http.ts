// Requests and replies of the routes.

import { isObject, property, textOf } from "../runtime/values.ts";

/** A reply that is no success. `code` is for programs, the message for people. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const notFound = (): Refusal => new Refusal(404, "not_found", "there is no such run");

const JSON_HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...JSON_HEADERS, ...headers } });
}

export function refusal({ status, code, message, headers }: Refusal): Response {
  return json({ error: { code, message } }, status, headers);
}

/** Reads the JSON of a body; `undefined` if it is empty. */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  // Forms of other sites cannot send it, so cookies are no risk.
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new Refusal(415, "not_json", "the body must be JSON, with the content type application/json");
  }
  const text = await readText(request, limit);
  if (text === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "bad_json", "the body is not valid JSON");
  }
  if (isDeeper(value, DEEPEST)) throw new Refusal(400, "bad_json", `the body is nested deeper than ${DEEPEST} levels`);
  return value;
}

/** Maximum depth of a body. `JSON.stringify` fails for values that are much deeper. */
const DEEPEST = 500;

const isDeeper = (value: unknown, levels: number): boolean =>
  isObject(value) && (levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1)));

async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new Refusal(413, "too_large", `the body is longer than ${limit} bytes`);
  if (Number(request.headers.get("content-length")) > limit) throw tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let [text, length] = ["", 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > limit) {
      void reader.cancel().catch(() => {});
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Maximum number of issues in a refusal. */
const MOST_ISSUES = 10;

/**
 * Returns the refusal for an error of the function that starts a run, if it is one. Its status is that of the error. An
 * error with `issues` and no status comes from a validation library (standardschema.dev): 422.
 */
export function refusalOfStart(error: unknown): Refusal | undefined {
  const issues = property(error, "issues");
  const own = property(error, "status") ?? property(error, "statusCode");
  if (own === undefined && Array.isArray(issues) && issues.length > 0) {
    return new Refusal(422, "bad_input", issues.slice(0, MOST_ISSUES).map(textOfIssue).join("; "));
  }
  if (typeof own !== "number" || !Number.isInteger(own) || own < 400 || own > 499) return undefined;
  const code = property(error, "code");
  return new Refusal(
    own,
    typeof code === "string" ? code : "refused",
    textOf(property(error, "message") ?? "the run was refused"),
  );
}

/** Returns the path and the message of an issue. */
function textOfIssue(issue: unknown): string {
  const message = textOf(property(issue, "message"));
  const path = property(issue, "path");
  if (!Array.isArray(path) || path.length === 0) return message;
  // Each segment of a path is a key, or an object with a `key`.
  return `${path.map((part) => textOf(isObject(part) ? property(part, "key") : part)).join(".")}: ${message}`;
}

const RUN = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * What a path names: a run (`…/id`), a part of it (`…/id/events`, `…/id/pause`), or a kind (`…/storyboard`). The part
 * before it is where the handler is mounted, which it need not know.
 */
export interface Route {
  readonly id: string | undefined;
  /** What follows the id; without an id, the last part of the path. */
  readonly name: string | undefined;
}

/** `isPart` tells parts of a run. Another text after an id names a kind: an id may be in the path of the mount. */
export function routeOf(url: string, isPart: (name: unknown) => boolean): Route {
  // Of "https:", "", the host and the path. Bundlers take `new URL` for a file.
  const [, , , ...path] = url.replace(/[?#].*$/s, "").split("/");
  const parts = path.filter((part) => part !== "");
  const [before, last] = parts.length > 1 ? parts.slice(-2) : [undefined, parts[0]];
  if (last !== undefined && RUN.test(last)) return { id: last, name: undefined };
  if (before !== undefined && RUN.test(before) && isPart(last)) return { id: before, name: last };
  return { id: undefined, name: last === undefined ? undefined : decoded(last) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns whether two JSON values are equal, whatever the order of their fields. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [ours, theirs] = [a, b].map((value) => Object.entries(value));
  if (ours?.length !== theirs?.length) return false;
  return (ours ?? []).every(([name, value]) => Object.hasOwn(b, name) && isEqual(value, property(b, name)));
}
