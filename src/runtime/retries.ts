// Items that are cancelled or made again by name, through the handle of their run. The engine decides whether an item
// is made again. This file joins the promises: that of a retry is that of the coming outcome.

import type { Outcome, RetryItemOptions } from "../npm/types.ts";
import { now } from "./clock.ts";
import { drainSoon } from "./drain.ts";
import { revive } from "./executor.ts";
import { engineOf } from "./fast-path.ts";
import { RETRY_ITEM_OPTIONS, refuseUnknown } from "./known-options.ts";
import type { Live } from "./live.ts";
import { NEW_KEY } from "./new-key.ts";
import { booleanOr, optionsOf } from "./options.ts";
import type { Run } from "./run.ts";
import { abortError } from "./signals/following.ts";
import { isObject } from "./values.ts";

export class Retries {
  readonly #run: Run;
  readonly #live: Live;
  /** Items that were cancelled by name and have no outcome yet. */
  readonly #cancelling = new Set<number>();
  /** The new result of an item, by the reason with which a restart cancelled it. */
  readonly #restarts = new WeakMap<object, Promise<Outcome<unknown>>>();

  constructor(run: Run, live: Live) {
    this.#run = run;
    this.#live = live;
  }

  cancel(index: number, reason: unknown): void {
    const run = this.#run;
    if (run.outcomes?.[index]) return;
    run.setReasonFor(index, reason);
    this.#cancelling.add(index);
    void this.#live.outcomeOf(index).then(() => this.#cancelling.delete(index));
    engineOf(run).engine_cancel_item(run.id, index, now());
    run.hasChanged = true;
    drainSoon();
  }

  async retry(index: number, options?: RetryItemOptions<unknown> & { [NEW_KEY]?: string }): Promise<Outcome<unknown>> {
    const given = optionsOf(options);
    refuseUnknown(given, RETRY_ITEM_OPTIONS);
    const { item } = given;
    const newKey = options?.[NEW_KEY];
    if (newKey !== undefined && this.#run.keysAndSteps.hasKey(index, newKey)) return this.outcomeOf(index);
    const [regenerate, restart] = ["regenerate", "restart"].map((name) => booleanOr(name, given[name]));
    if (!restart || this.#run.outcomes?.[index]) return this.#makeAgain(index, item, regenerate, newKey);
    const reason = abortError("The item was restarted");
    this.cancel(index, reason);
    const again = this.#makeAgain(index, item, regenerate, newKey);
    this.#restarts.set(reason, again);
    return again;
  }

  async #makeAgain(
    index: number,
    item: unknown,
    regenerate: boolean | undefined,
    newKey: string | undefined,
  ): Promise<Outcome<unknown>> {
    const run = this.#run;
    // An item that is being cancelled has that outcome first.
    if (this.#cancelling.has(index)) await this.#live.outcomeOf(index);
    if (run.itemKeys.isRemoved(index)) throw new RangeError("the item was removed before it was made again");
    const outcome = run.outcomes?.[index];
    if (!outcome) {
      if (item !== undefined)
        throw new TypeError(
          `\`item\` of ${JSON.stringify(run.keyOf(index))}, which is not settled, needs \`restart: true\``,
        );
      return this.outcomeOf(index);
    }
    const isNew = regenerate || item !== undefined;
    if (engineOf(run).engine_retry_item(run.id, index, isNew ? 1 : 0, now()) === 0) return outcome;
    if (isNew) run.keysAndSteps.discard(index, newKey);
    if (item !== undefined) run.items[index] = item;
    run.journaling?.asked(index, isNew === true, isNew || outcome.status === "fulfilled");
    run.reopen(index);
    revive(run);
    drainSoon();
    return this.outcomeOf(index);
  }

  /** Resolves to the outcome of an item; where it is restarted, to that of the new attempt. */
  async outcomeOf(index: number): Promise<Outcome<unknown>> {
    const outcome = await this.#live.outcomeOf(index);
    const again = outcome.status === "cancelled" && isObject(outcome.reason) && this.#restarts.get(outcome.reason);
    return again || outcome;
  }
}
