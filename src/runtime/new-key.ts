/**
 * An option of `retry` for `sluicegate/server`: the idempotency key of the item that is regenerated. The same retry
 * once more, after a crash, changes nothing. Not public.
 */
export const NEW_KEY: unique symbol = Symbol.for("sluicegate.newKey") as never;
