// The runs that this process owns: claims them, keeps the claims, and takes over what others have left.

import type { JournalOwner, RunContext, ServedJournal, StartKind } from "../npm/server.ts";
import type { Run } from "../npm/types.ts";
import { badOption, isObject, property } from "../runtime/values.ts";
import { type Manner, newLoss, Owner, patiently } from "./owner.ts";
import type { RunClaim, RunRecord } from "./store.ts";

export interface OwnersOptions extends Manner {
  readonly kinds: Readonly<Record<string, StartKind>>;
  readonly journals: (run: JournalOwner) => ServedJournal | PromiseLike<ServedJournal>;
  /** Time after which an owner that has died loses its runs. */
  readonly lease: number;
  /** Time after its end during which a run is kept. */
  readonly keep: number;
  /** Time that attempts in flight have when the process is closed. */
  readonly grace: number;
}

/** A claim under which a run is started. */
interface Claimed {
  readonly claim: RunClaim;
  readonly kept: { lost(): void };
  readonly released: () => void;
  /** That of the run before, under the same claim. */
  readonly journal?: ServedJournal;
  /** The first event has the next number. */
  readonly number: number;
}

const hasMethods = (run: unknown): run is Run<unknown> =>
  isObject(run) && typeof property(run, "subscribe") === "function" && property(run, "finished") !== undefined;

const isThenable = (value: unknown): value is PromiseLike<unknown> => typeof property(value, "then") === "function";

export class Owners {
  readonly #options: OwnersOptions;
  readonly #owned = new Map<string, Owner>();
  /** Claims that are renewed: also of runs that are being started, and of those that are being left. */
  readonly #claims = new Map<string, { readonly claim: RunClaim; lost(): void }>();
  readonly #coming = new Map<string, Promise<Owner | undefined>>();
  readonly #timer: ReturnType<typeof setInterval>;
  #sweeping: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: OwnersOptions) {
    this.#options = options;
    this.#beginSweep();
    this.#timer = setInterval(() => {
      void this.#renew().catch(options.onError);
      if (!this.#isClosed) this.#beginSweep();
    }, options.lease / 3);
    (this.#timer as { unref?(): void }).unref?.();
  }

  hasKind(kind: string): boolean {
    return Object.hasOwn(this.#options.kinds, kind);
  }

  /** Owns a run, unless another process does. Rejects with the error of the function that starts it. */
  own(id: string): Promise<Owner | undefined> {
    const owned = this.#owned.get(id);
    if (owned || this.#isClosed) return Promise.resolve(owned);
    const coming = this.#coming.get(id) ?? this.#own(id).finally(() => this.#coming.delete(id));
    this.#coming.set(id, coming);
    return coming;
  }

  async #own(id: string): Promise<Owner | undefined> {
    const { store, lease } = this.#options;
    const claim = await store.claim(id, lease);
    if (!claim) return undefined;
    const kept = { claim, lost: () => {} };
    this.#claims.set(id, kept);
    const released = () => void (this.#claims.get(id) === kept && this.#claims.delete(id));
    return this.#start({ claim, kept, released, number: 0 });
  }

  async #start(claimed: Claimed): Promise<Owner | undefined> {
    try {
      return await this.#startRun(claimed);
    } catch (error) {
      // The claim is left to expire: until then nobody tries again.
      claimed.released();
      throw error;
    }
  }

  async #startRun(claimed: Claimed): Promise<Owner | undefined> {
    const { claim, kept, released, number } = claimed;
    const { id, token } = claim;
    const abort = new AbortController();
    kept.lost = () => abort.abort(newLoss());
    const { store, journals, kinds } = this.#options;
    const record = await store.get(id);
    const start = record && this.hasKind(record.kind) ? kinds[record.kind] : undefined;
    if (!record || !start || this.#isClosed) {
      released();
      await store.release(claim);
      return undefined;
    }
    const { kind, user } = record;
    const journal = claimed.journal ?? (await journals({ id, kind, user, token }));
    const context: RunContext = { id, user, journal, signal: abort.signal };
    const started: unknown = start(record.input as never, context);
    const run = isThenable(started) ? await started : started;
    if (!hasMethods(run)) throw badOption(`kinds.${kind}`, "a function that returns a run", run);
    // The signal has told the run to stop.
    if (abort.signal.aborted) return undefined;
    if (this.#isClosed) {
      abort.abort(new Error("the process that owned the run was closed"));
      released();
      await store.release(claim);
      return undefined;
    }
    const onEnd = () => void (this.#owned.get(id) === owner && this.#owned.delete(id));
    // With the same journal: one in memory has nothing of the other.
    const startAgain = (last: number) => this.#start({ ...claimed, journal, number: last });
    const own = { run, journal, abort, onEnd, released, startAgain, number };
    const owner: Owner = new Owner(record, claim, own, this.#options);
    kept.lost = () => owner.lost();
    this.#owned.set(id, owner);
    return owner;
  }

  /** Does not wait for runs that start slowly: claims are renewed meanwhile. */
  #beginSweep(): void {
    this.#sweeping ??= this.#sweep()
      .catch(this.#options.onError)
      .finally(() => {
        this.#sweeping = undefined;
      });
  }

  async #renew(): Promise<void> {
    const { store, lease } = this.#options;
    const claims = [...this.#claims.values()].map(({ claim }) => claim);
    if (claims.length === 0) return;
    for (const { id, token } of await store.renew(claims, lease)) {
      const kept = this.#claims.get(id);
      if (kept?.claim.token !== token) continue;
      this.#claims.delete(id);
      kept.lost();
    }
  }

  /** Takes over what nobody owns, and removes what has been over for long. */
  async #sweep(): Promise<void> {
    const { store, keep, onError } = this.#options;
    for (const record of await store.unclaimed()) {
      if (this.#isClosed) return;
      if (this.hasKind(record.kind)) await this.own(record.id).catch(onError);
    }
    for (const record of await store.finishedBefore(Date.now() - keep)) await this.#expire(record);
  }

  async #expire({ id, kind, user }: RunRecord): Promise<void> {
    if (this.#isClosed || this.#owned.has(id)) return;
    const { store, journals, lease } = this.#options;
    const claim: RunClaim | undefined = await store.claim(id, lease);
    if (!claim) return;
    await (await journals({ id, kind, user, token: claim.token })).clear();
    await store.remove(id);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const owner of this.#owned.values()) owner.hold();
    const pending = [this.#sweeping, ...this.#coming.values()].filter((one) => one !== undefined);
    if (pending.length > 0) await patiently(Promise.allSettled(pending));
    await Promise.all([...this.#owned.values()].map((owner) => owner.close(this.#options.grace)));
    clearInterval(this.#timer);
  }
}
