// Checks the shape of messages from the server, which may come from something else than `sluicegate/server`.

import { isObject, property } from "../runtime/values.ts";
import { VERSION, type WireChange, type WireEvents, type WireState } from "./wire.ts";

const STATES: readonly unknown[] = ["running", "paused", "cancelling", "finished"];

const isIndex = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isEnd = (value: unknown): boolean => isObject(value) && typeof property(value, "status") === "string";
const isItem = (value: unknown): boolean => isObject(value) && typeof property(value, "status") === "string";
const isArrayOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);

/** Returns whether a value is the whole state of a run. */
export function isState(value: unknown): value is WireState {
  const { state, progress, items, end } = Object(value) as Partial<WireState>;
  const isWhole = (item: unknown) =>
    isItem(item) && isIndex(property(item, "index")) && typeof property(item, "key") === "string";
  return (
    STATES.includes(state) && Array.isArray(progress) && (end === undefined || isEnd(end)) && isArrayOf(items, isWhole)
  );
}

/** Returns whether a value is a change of a state whose items are known by `has`. */
export function isChange(value: unknown, has: (index: number) => boolean): value is WireChange {
  if (!isObject(value)) return false;
  const { end, state, p, i = [], gone = [] } = value as WireChange;
  const isPair = (pair: unknown) => {
    if (!Array.isArray(pair)) return false;
    const [index, item] = pair;
    return isIndex(index) && isItem(item) && (has(index) || typeof property(item, "key") === "string");
  };
  return (
    (end === undefined || end === null || isEnd(end)) &&
    (state === undefined || STATES.includes(state)) &&
    (p === undefined || Array.isArray(p)) &&
    isArrayOf(i, isPair) &&
    isArrayOf(gone, isIndex)
  );
}

/** Returns whether a value is the answer to a poll. What its events say is checked one by one. */
export function isEvents(value: unknown): value is WireEvents {
  const isEvent = (event: unknown) => VERSION.test(String(property(event, "id"))) && isObject(property(event, "data"));
  return typeof property(value, "now") === "number" && isArrayOf(property(value, "events"), isEvent);
}
