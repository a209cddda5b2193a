// Replies of calls. Rust reads those of the platform; what only behaves like one is read here, and judged there.

import { receive, valueOfReply } from "../../../pkg/sluicegate.js";
import { HttpError } from "../errors.ts";
import { property } from "../values.ts";
import { hintOf } from "./wait-hint.ts";

/** What a reply is read for. */
export interface Request {
  readonly method: string;
  readonly url: string | URL;
}

/** What of a reply is needed beside its text. */
type Head = Pick<Response, "ok" | "status" | "headers">;

/** Resolves to the value of a reply, or rejects with the error that it is. */
export async function readReply(request: Request, response: Response): Promise<unknown> {
  if (isPlatform(response)) return receive(request as never, response);
  const text = await response.text();
  const { ok, status, headers } = response;
  const head: Head = { ok: Boolean(ok), status: Number(status), headers };
  return valueOfReply(request as never, head as Response, typeof text === "string" ? text : "");
}

const isPlatform = (response: Response): boolean =>
  typeof Response === "function" &&
  Object.getPrototypeOf(response) === Response.prototype &&
  !Object.hasOwn(response, "text");

/** Returns the error that a reply is. `problem` says what is wrong with a good status. Called by Rust. */
export function errorOf({ method, url }: Request, { ok, status, headers }: Head, text: string, problem: string) {
  const body = ok ? text : parsed(text);
  // The address without its query, which may hold a secret.
  const [path] = String(url).split(/[?#]/);
  const message = `${method} ${path} answered ${status}${ok ? problem : saidIn(body)}`;
  return new HttpError(message, status, body || undefined, headers, hintOf(status, headers, body));
}

/** A gateway's page is no JSON. */
function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return text;
  }
}

function saidIn(body: unknown): string {
  const error = property(body, "error");
  const said = [error, property(error, "message"), property(body, "message")];
  const text = said.find((it) => typeof it === "string");
  return text === undefined ? "" : `: ${text}`;
}
