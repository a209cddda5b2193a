// Probes of the tests: tasks that the test settles, signals that count their listeners, a fetch with a script,
// and a recorder of errors that were not caught.

/** The promise, or a rejection where it stays pending: a test that hangs would take all others with it. */
export function within(promise, milliseconds) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still pending after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One turn of the event loop: all microtasks have run. */
export function turn() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(undefined);
  });
}

/** A value as text, so that nothing is taken for something else. */
export function show(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value))
    return `[${Array.from(value, (item, index) => (index in value ? show(item) : "hole")).join(", ")}]`;
  if (value instanceof Error || value instanceof DOMException) return `${value.name}: ${value.message}`;
  return `{${Object.entries(value)
    .map(([name, field]) => `${name}: ${show(field)}`)
    .join(", ")}}`;
}

/** Tasks that the test settles. */
export class Gate {
  calls = [];
  unsettled = 0;
  most = 0;
  #waiting = [];

  constructor() {
    this.task = (...args) => {
      const call = { args };
      this.calls.push(call);
      this.most = Math.max(this.most, ++this.unsettled);
      this.#waiting = this.#waiting.filter(({ count, resolve }) => this.calls.length < count || resolve());
      return new Promise((resolve, reject) => Object.assign(call, { resolve, reject }));
    };
  }

  get count() {
    return this.calls.length;
  }

  /** Waits until there have been so many calls. */
  called(count) {
    if (this.calls.length >= count) return Promise.resolve();
    const reached = new Promise((resolve) => this.#waiting.push({ count, resolve }));
    return within(reached, 10_000).catch(() => {
      throw new Error(`${this.calls.length} calls instead of ${count}`);
    });
  }

  open(call, value) {
    this.unsettled--;
    this.calls[call].resolve(value);
  }

  shut(call, error) {
    this.unsettled--;
    this.calls[call].reject(error);
  }

  /** The first arguments of the calls. */
  items() {
    return show(this.calls.map(({ args }) => args[0]));
  }

  context(call) {
    return this.calls[call].args.at(-1);
  }
}

/** An object with the surface of an AbortSignal and nothing else. */
class PlainSignal {
  aborted = false;
  reason = undefined;
  listeners = [];

  addEventListener(type, listener) {
    this.listeners.push(listener);
  }

  removeEventListener(type, listener) {
    this.listeners = this.listeners.filter((other) => other !== listener);
  }
}

/** An AbortController of any make, with its listeners counted. */
export class Canceller {
  added = 0;
  removed = 0;

  /** "native", "plain" or "iframe" */
  constructor(make) {
    if (make === "plain") this.signal = new PlainSignal();
    else {
      const realm = make === "iframe" ? foreignRealm() : globalThis;
      this.controller = new realm.AbortController();
      this.signal = this.controller.signal;
    }
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args) => {
      this.added++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args) => {
      this.removed++;
      removeEventListener.apply(signal, args);
    };
  }

  abort(reason) {
    if (this.controller) return this.controller.abort(reason);
    this.signal.aborted = true;
    this.signal.reason = reason;
    // As an emitter does that goes through a copy, so that listeners may remove themselves.
    for (const listener of [...this.signal.listeners]) listener();
  }
}

let frame;

/** The globals of an iframe. */
export function foreignRealm() {
  if (!frame) {
    frame = document.createElement("iframe");
    document.body.append(frame);
  }
  return frame.contentWindow;
}

/** Records errors that were not caught: unhandled rejections, and errors that were reported to the page. */
export class Uncaught {
  #heard = [];
  #rejection = (event) => this.#hear(event, `rejection ${show(event.reason)}`);
  #error = (event) => this.#hear(event, `error ${show(event.error)}`);

  constructor() {
    addEventListener("unhandledrejection", this.#rejection);
    addEventListener("error", this.#error);
  }

  #hear(event, what) {
    event.preventDefault();
    this.#heard.push(what);
  }

  /** Waits long enough for the page to notice, and stops listening. */
  async end() {
    await turn();
    await sleep(5);
    await turn();
    removeEventListener("unhandledrejection", this.#rejection);
    removeEventListener("error", this.#error);
    return this.#heard.join("\n");
  }
}

/** A fetch that answers by a script, the last line again and again. */
export class Backend {
  requests = [];

  /**
   * Each reply is a value to throw in `fail`, `hang` until the signal aborts, or a Response's `status`, `headers`,
   * `text` or `json`.
   */
  constructor(script) {
    this.fetch = async (url, init) => {
      const reply = script[Math.min(this.requests.length, script.length - 1)];
      const { method, body, signal, headers } = init;
      this.requests.push({ url: String(url), method, body, headers: Object.fromEntries(headers), signal });
      if ("fail" in reply) throw reply.fail;
      if (reply.hang) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      const text = "json" in reply ? JSON.stringify(reply.json) : reply.text;
      return new Response(text, { status: reply.status ?? 200, headers: reply.headers });
    };
  }

  get count() {
    return this.requests.length;
  }
}
