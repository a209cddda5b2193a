// The routes: who may do what, and what they answer.

import type { RunAccess, ServeOptions } from "../npm/server.ts";
import { VERSION, type WireEvents, type WireState } from "../remote/wire.ts";
import { isCommand } from "./commands.ts";
import { Feeds } from "./feed.ts";
import { isEqual, json, notFound, Refusal, readJson, refusal, refusalOfStart, routeOf } from "./http.ts";
import { Owners, type OwnersOptions } from "./owners.ts";
import type { RunRecord } from "./store.ts";
import { eventStream, type StreamManner } from "./streams.ts";

export interface ServerOptions extends OwnersOptions {
  readonly authorize: ServeOptions<Record<string, never>>["authorize"];
  readonly limits: { readonly body: number; readonly streams: number; readonly runs: number };
  readonly streams: StreamManner;
  /** Time that a command waits for the reply of the owner. */
  readonly wait: number;
}

const MOST_KEY = 255;
/** Time that a snapshot of a run that was just started waits for the first event. */
const FIRST = 5_000;

/** Time in milliseconds after which a command without a reply is reason to look for its owner. */
const OWN_AGAIN = 1_000;

const badKey = (what: string) => new Refusal(400, "bad_key", `the header Idempotency-Key is ${what}`);

const PROGRESS = ["completed", "inProgress", "total", "failed", "cancelled", "skipped", "fraction", "eta", "elapsed"];
const progressOf = (numbers: WireState["progress"]) =>
  Object.fromEntries(PROGRESS.map((name, at) => [name, numbers[at] ?? null]));

/** What the user of a run sees of its record. */
const shown = ({ id, kind, created, finished }: RunRecord) => ({
  ...{ id, kind, created },
  ...(finished !== undefined && { finished }),
});

export class Server {
  readonly #options: ServerOptions;
  readonly #owners: Owners;
  readonly #feeds: Feeds;
  /** Open streams, by user. */
  readonly #streams = new Map<string, Set<() => void>>();
  #closing: Promise<void> | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#owners = new Owners(options);
    this.#feeds = new Feeds(options.store, options.onError);
  }

  async handle(request: Request): Promise<Response> {
    try {
      return await this.#route(request);
    } catch (error) {
      if (error instanceof Response) return error;
      if (error instanceof Refusal) return refusal(error);
      this.#options.onError(error);
      // What went wrong here may hold what users must not see.
      return refusal(new Refusal(500, "internal", "the server failed"));
    }
  }

  async #route(request: Request): Promise<Response> {
    const { method, url } = request;
    const { id, name } = routeOf(url, (part) => part === "events" || isCommand(part));
    if (this.#closing) throw new Refusal(503, "closing", "the server is being closed", { "retry-after": "1" });
    const isRead = name === undefined || name === "events";
    const allowed = id === undefined ? ["GET", "POST"] : isRead ? ["GET"] : ["POST"];
    if (!allowed.includes(method)) {
      throw new Refusal(405, "bad_method", `${method} is not for this address`, { allow: allowed.join(", ") });
    }
    if (id === undefined) return method === "POST" ? this.#start(request, name) : this.#list(request);
    if (isCommand(name)) return this.#command(request, id, name);
    const { user, record } = await this.#runOf(request, { action: "read", id });
    // If its owner has died, somebody who looks at it is reason enough to go on.
    if (record.finished === undefined) await this.#owners.own(record.id).catch(this.#options.onError);
    return name === "events" ? this.#events(request, user, id) : this.#snapshot(record);
  }

  // ── who may ──

  /** Returns the user that asks. */
  async #userOf(request: Request, access: RunAccess): Promise<string> {
    const user = await this.#options.authorize(request, access);
    if (typeof user === "string" && user !== "") return user;
    if (user instanceof Response) throw user;
    throw new Refusal(401, "unauthorized", "sign in first");
  }

  /** Returns a run of the user that asks. One of another user looks like one that does not exist. */
  async #runOf(request: Request, access: RunAccess): Promise<{ user: string; record: RunRecord }> {
    const user = await this.#userOf(request, access);
    const record = await this.#options.store.get(access.id as string);
    if (record?.user !== user) throw notFound();
    return { user, record };
  }

  // ── start and list ──

  async #start(request: Request, kind: string | undefined): Promise<Response> {
    const { limits, store, onError } = this.#options;
    const user = await this.#userOf(request, { action: "start", id: undefined, ...(kind !== undefined && { kind }) });
    if (kind === undefined || !this.#owners.hasKind(kind)) {
      throw new Refusal(404, "unknown_kind", "the address does not end with the name of a kind of runs");
    }
    const key = request.headers.get("idempotency-key") ?? "";
    if (key === "" || key.length > MOST_KEY) {
      throw badKey(`missing, or longer than ${MOST_KEY} characters`);
    }
    const input = (await readJson(request, limits.body)) ?? null;
    const id = crypto.randomUUID();
    const record: RunRecord = { id, kind, input, user, key, created: Date.now(), control: {} };
    const kept = await store.create(record, limits.runs);
    if (!kept) throw new Refusal(429, "too_many_runs", `${limits.runs} runs of yours have not finished`);
    if (kept.kind !== kind || !isEqual(kept.input, input)) {
      throw new Refusal(422, "key_reused", "the Idempotency-Key belongs to a run with another kind or input");
    }
    if (kept.id !== id) return json(shown(kept), 200);
    try {
      await this.#owners.own(id);
    } catch (error) {
      await store.remove(id);
      const refused = refusalOfStart(error);
      if (refused) throw refused;
      onError(error);
      throw new Refusal(500, "not_started", "the run could not be started");
    }
    return json(shown(kept), 201);
  }

  async #list(request: Request): Promise<Response> {
    const user = await this.#userOf(request, { action: "list", id: undefined });
    return json({ runs: (await this.#options.store.list(user)).map(shown) });
  }

  // ── read ──

  #events(request: Request, user: string, id: string): Promise<Response> {
    const last = request.headers.get("last-event-id") ?? "";
    const since = VERSION.test(last) ? last : undefined;
    const isStream = (request.headers.get("accept") ?? "").includes("text/event-stream");
    return isStream ? this.#stream(request, user, id, since) : this.#poll(id, since);
  }

  async #snapshot(record: RunRecord): Promise<Response> {
    const { feed, leave } = await this.#feeds.use(record.id);
    try {
      if (!feed.state()) await feed.changed(FIRST);
      const { progress = [], ...state } = feed.state() ?? { state: "running", items: [] };
      return json({ ...shown(record), now: Date.now(), ...state, progress: progressOf(progress) });
    } finally {
      leave();
    }
  }

  async #poll(id: string, since: string | undefined): Promise<Response> {
    const { feed, leave } = await this.#feeds.use(id);
    try {
      const events = feed.after(since).map(({ version, isWhole, data }) => ({
        ...{ id: version, event: isWhole ? ("state" as const) : ("message" as const) },
        data: JSON.parse(data),
      }));
      const answer: WireEvents = { now: Date.now(), events };
      return json(answer);
    } finally {
      leave();
    }
  }

  async #stream(request: Request, user: string, id: string, since: string | undefined): Promise<Response> {
    const { limits, streams } = this.#options;
    const open = this.#streams.get(user) ?? new Set();
    if (open.size >= limits.streams) {
      throw new Refusal(429, "too_many_streams", `${limits.streams} streams of yours are open`, { "retry-after": "5" });
    }
    // Counted before the feed is waited for, so that many at once are not too many.
    let close = () => {};
    const closeIt = () => close();
    this.#streams.set(user, open.add(closeIt));
    const uncount = () => {
      open.delete(closeIt);
      if (open.size === 0 && this.#streams.get(user) === open) this.#streams.delete(user);
    };
    try {
      const { feed, leave } = await this.#feeds.use(id);
      const stream = eventStream(feed, since, streams, () => {
        request.signal.removeEventListener("abort", closeIt);
        uncount();
        leave();
      });
      close = stream.close;
      request.signal.addEventListener("abort", closeIt);
      if (request.signal.aborted || this.#closing) close();
      return new Response(stream.body, { headers: STREAM_HEADERS });
    } catch (error) {
      uncount();
      throw error;
    }
  }

  // ── commands ──

  async #command(request: Request, id: string, command: string): Promise<Response> {
    const { limits, store, wait, onError } = this.#options;
    await this.#runOf(request, { action: "command", id, command });
    const key = request.headers.get("idempotency-key") || crypto.randomUUID();
    if (key.length > MOST_KEY) throw badKey(`longer than ${MOST_KEY} characters`);
    const args = (await readJson(request, limits.body)) ?? [];
    if (!Array.isArray(args)) throw new Refusal(422, "bad_command", "the body must be an array, the arguments");
    const own = () => this.#owners.own(id).catch(onError);
    await own();
    // The owner may be about to leave the run.
    const timer = setInterval(own, OWN_AGAIN);
    const reply = await store.send(id, { id: key, name: command, args }, wait).finally(() => clearInterval(timer));
    if (!reply) return json({ accepted: true }, 202);
    const { error, version } = reply;
    if (!error) return json({ version });
    const code = error.name === "RangeError" ? "unknown_item" : "bad_command";
    return json({ error: { code, ...error } }, 422);
  }

  // ── the end ──

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#owners.close();
    for (const streams of [...this.#streams.values()]) for (const close of [...streams]) close();
    this.#feeds.close();
  }
}

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  // Proxies must neither keep nor compress it, or events arrive late.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};
