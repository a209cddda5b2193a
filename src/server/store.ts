// What the processes that serve runs share: records, claims, published states and commands.

/** A run that a server owns. All of it is JSON. */
export interface RunRecord {
  /** A UUID. */
  readonly id: string;
  /** Name of the function in `kinds` that starts the run. */
  readonly kind: string;
  readonly input: unknown;
  /** The user whose run it is, from `authorize`. */
  readonly user: string;
  /** The idempotency key of the start. A user has at most one run under a key. */
  readonly key: string;
  /** When it was started, in milliseconds since 1970. */
  readonly created: number;
  /** What its user has asked of the run as a whole. The next owner does it again. */
  readonly control: RunControl;
  /** When it finished, in milliseconds since 1970; missing until then. */
  readonly finished?: number | undefined;
}

/** How a run is steered as a whole. */
export interface RunControl {
  readonly paused?: true;
  readonly cancelled?: true;
  readonly concurrency?: number;
}

/** The right of one process to work on a run. */
export interface RunClaim {
  readonly id: string;
  /** The fencing token: each claim of a run has a higher one than the claim before. The first is 1. */
  readonly token: number;
}

/** A published state of a run, or what has changed since the event before. */
export interface RunEvent {
  /** The token of the claim and a number that counts up from 1 with each event: "3.17". */
  readonly version: string;
  /** Whether `data` is the whole state. All earlier events are of no use then. */
  readonly isWhole: boolean;
  /** JSON. */
  readonly data: string;
}

/** A command for the process that owns the run. All of it is JSON. */
export interface RunCommand {
  /** A UUID. */
  readonly id: string;
  /** Name of the method. */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What the owner has answered. */
export interface CommandReply {
  /** Name and message of the error, if the command failed. */
  readonly error?: { readonly name: string; readonly message: string };
  /** Version of an event that has what the command did. */
  readonly version?: string;
}

/**
 * Shares runs between processes, so that any of them can serve a run that another one owns, and take it over when that
 * one has died. Methods reject when the store cannot be reached. A method that takes a claim does nothing and resolves
 * to `false` when the claim is not the newest of its run, or has expired and was claimed by another process.
 */
export interface RunStore {
  /**
   * Adds a run. Resolves to the run that its user has under the same `key`, if there is one, and then adds nothing.
   * Resolves to `undefined` if its user has `mostUnfinished` unfinished runs already. Atomic.
   */
  create(record: RunRecord, mostUnfinished: number): Promise<RunRecord | undefined>;
  get(id: string): Promise<RunRecord | undefined>;
  /** Resolves to the runs of a user, the newest first. */
  list(user: string): Promise<readonly RunRecord[]>;
  /** Removes a run with its events, commands and claim. */
  remove(id: string): Promise<void>;
  /** Resolves to the runs that finished before a time, in milliseconds since 1970. */
  finishedBefore(time: number): Promise<readonly RunRecord[]>;

  /**
   * Claims a run for `lease` milliseconds, finished or not. Resolves to `undefined` if it does not exist, or another
   * claim has neither expired nor been released. Atomic.
   */
  claim(id: string, lease: number): Promise<RunClaim | undefined>;
  /**
   * Extends claims to `lease` milliseconds from now. Resolves to those that are lost. An expired one can be extended.
   */
  renew(claims: readonly RunClaim[], lease: number): Promise<readonly RunClaim[]>;
  /** Ends a claim before its time. */
  release(claim: RunClaim): Promise<void>;
  /** Resolves to unfinished runs that nobody has claimed, or whose claim has expired. */
  unclaimed(): Promise<readonly RunRecord[]>;

  /**
   * Replaces the fields of a record. `finished: undefined` removes it, when items of a finished run are made again.
   */
  update(
    claim: RunClaim,
    changes: { readonly control?: RunControl; readonly finished?: number | undefined },
  ): Promise<boolean>;
  /**
   * Stores an event and hands it to all watchers of the run, in all processes. A whole one replaces those before it.
   */
  publish(claim: RunClaim, event: RunEvent): Promise<boolean>;
  /** Resolves to the last whole event and those after it, in order. Empty if there is none. */
  load(id: string): Promise<readonly RunEvent[]>;
  /**
   * Calls `listener` with each event that is published from now on, in order. Events may get lost when a connection
   * breaks; the versions tell. Resolves to a function that stops it.
   */
  watch(id: string, listener: (event: RunEvent) => void): Promise<() => void>;

  /**
   * Queues a command for the owner of the run: the present one, or else the next. Resolves to its reply, or to
   * `undefined` if there is none within `wait` milliseconds. The command stays queued until it has a reply.
   */
  send(id: string, command: RunCommand, wait: number): Promise<CommandReply | undefined>;
  /**
   * Calls `listener` with each queued command and those to come, in order. A command stays queued until `reply`: if its
   * owner dies before that, the next one gets it again. Resolves, after those that were queued, to a function that
   * stops it.
   */
  receive(claim: RunClaim, listener: (command: RunCommand) => void): Promise<() => void>;
  /** Answers a command, which leaves the queue. */
  reply(claim: RunClaim, command: string, reply: CommandReply): Promise<boolean>;
}
