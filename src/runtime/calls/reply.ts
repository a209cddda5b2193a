// Replies of calls. Rust reads replies of the platform. Objects that behave like one are read here, and judged there.

import { receive, valueOfReply } from "../../../pkg/sluicegate.js";
import { HttpError } from "../errors.ts";
import { WAIT_HINT_HEADERS } from "../table.ts";
import { badOption, isObject, isPlatform } from "../values.ts";
import { messageIn, parsedBody, pathOf } from "./bodies.ts";
import { headerOf } from "./headers.ts";
import { hintOf } from "./wait-hint.ts";

/** The request that is answered. */
export interface Request {
  readonly method: string;
  readonly url: string | URL;
}

/** How a reply is read. */
export type Read = "json" | "text" | "blob" | "arrayBuffer" | ((response: Response) => unknown);

/** The fields of a reply besides its text. */
type Head = Pick<Response, "ok" | "status" | "headers">;

/** Resolves to the value of a reply, or rejects with its error. */
export async function readReply(request: Request, response: Response, read: Read): Promise<unknown> {
  if (!isObject(response)) throw badOption("fetch", "a function that resolves to a Response", response);
  if (response.ok && typeof read === "function") return read(response);
  const method = response.ok && typeof read === "string" && read !== "json" ? read : "text";
  if (typeof response[method] !== "function") {
    throw badOption("fetch", `a function that resolves to a Response with \`${method}()\``, response);
  }
  if (response.ok && read !== "json") return response[method]();
  if (typeof Response === "function" && isPlatform(response, Response)) return receive(request as never, response);
  const text = await response.text();
  const { ok, status, headers } = response;
  // Read here: a foreign headers object is user code, which must not run inside a call into the wasm.
  const texts = new Headers(HEADERS_READ.flatMap((name) => headerPair(headers, name)));
  const head: Head = { ok: Boolean(ok), status: Number(status), headers: texts };
  return valueOfReply(request as never, head as Response, typeof text === "string" ? text : "");
}

const HEADERS_READ = [...WAIT_HINT_HEADERS, "x-should-retry", "content-type"];

function headerPair(headers: unknown, name: string): [string, string][] {
  const text = headerOf(headers, name);
  return text === undefined ? [] : [[name, text]];
}

/** Returns the error of a reply. `problem` says what is wrong with a good status. Called by Rust. */
export function errorOf({ method, url }: Request, { ok, status, headers }: Head, text: string, problem: string) {
  const body = ok ? text : parsedBody(text);
  const message = `${method} ${pathOf(url)} answered ${status}${ok ? problem : messageIn(body)}`;
  return new HttpError(message, status, body || undefined, headers, hintOf(status, headers, body));
}
