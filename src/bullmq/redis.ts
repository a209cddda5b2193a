// What journals, stores and queues need of Redis. The client is the user's: an instance of ioredis.

/** A client of `ioredis`, as far as it is used: `new Redis(url)`. */
export interface RedisClient {
  eval(script: string, keyCount: number, ...args: (string | number | Uint8Array)[]): Promise<unknown>;
  hvalsBuffer(key: string): Promise<Uint8Array[]>;
  publish(channel: string, message: string): Promise<unknown>;
  duplicate(): RedisClient;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "ready", listener: () => void): unknown;
  disconnect(): void;
}

/** A Lua script: it runs as one step, between the commands of other clients. */
export type Script = (
  redis: RedisClient,
  keys: readonly string[],
  args?: readonly (string | number | Uint8Array)[],
) => Promise<unknown>;

/**
 * Returns a script that can be called. Its text is sent with each call: a call by its hash fails in a Redis that was
 * restarted, and its repetition would come after later calls. Redis compiles a text once.
 */
export function script(text: string): Script {
  return (redis, keys, args = []) => redis.eval(text, keys.length, ...keys, ...args);
}

interface Listener {
  onMessage(message: string): void;
  /** Called when the connection is back: messages may have got lost. */
  missed(): void;
}

/** Listens to channels by a connection of its own, which is opened when the first channel is. */
export class Subscriber {
  readonly #redis: RedisClient;
  readonly #listeners = new Map<string, Set<Listener>>();
  #connection: RedisClient | undefined;
  #isClosed = false;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /**
   * Resolves, when Redis listens, to a function that stops it. A connection that breaks comes back by itself, and
   * `missed` is called then.
   */
  async listen(channel: string, onMessage: Listener["onMessage"], missed = () => {}): Promise<() => void> {
    if (this.#isClosed) return () => {};
    const own = { onMessage, missed };
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(own));
    // Also for a second listener, because the first may not have been confirmed.
    await this.#connected().subscribe(channel);
    return () => {
      listeners.delete(own);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      // The connection may have been closed: then nothing is left to do.
      if (!this.#isClosed) this.#connection?.unsubscribe(channel).catch(() => {});
    };
  }

  #connected(): RedisClient {
    if (this.#connection) return this.#connection;
    const connection = this.#redis.duplicate();
    // A lost connection is restored by the client. Commands that fail for good reject.
    connection.on("error", () => {});
    connection.on("message", (channel, message) => {
      for (const { onMessage } of [...(this.#listeners.get(channel) ?? [])]) onMessage(message);
    });
    let isFirst = true;
    connection.on("ready", () => {
      if (!isFirst) void this.#resume(connection).catch(() => {});
      isFirst = false;
    });
    this.#connection = connection;
    return connection;
  }

  /** Tells all listeners that messages may have got lost, once Redis listens again. */
  async #resume(connection: RedisClient): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length > 0) await connection.subscribe(...channels);
    for (const listeners of [...this.#listeners.values()]) for (const { missed } of [...listeners]) missed();
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#connection?.disconnect();
  }
}
