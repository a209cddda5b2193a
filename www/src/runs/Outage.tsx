import { calls, type Wait } from "recipes/shared/calls";
import { toFailure } from "recipes/shared/failure";
import type { RunSnapshot } from "sluicegate";
import { useIsOnline } from "../hooks";
import { Icon } from "../Icon";
import { useStore } from "../store";

type Items = RunSnapshot<unknown>["items"];

/** Returns the waits for a next attempt, of the items of a run and of the calls inside them, the longest first. */
export function useWaits(items: Items = [], attempts?: number): readonly Wait[] {
  const ofCalls = useStore(calls).flatMap(({ wait }) => wait ?? []);
  const ofItems = items.flatMap((item): Wait[] =>
    item.status === "retrying"
      ? [{ attempt: item.attempt ?? 1, attempts, error: item.error, until: item.nextAttemptAt ?? 0 }]
      : [],
  );
  return [...ofCalls, ...ofItems].sort((a, b) => b.attempt - a.attempt);
}

/**
 * Says why a run does not advance, while it lasts: the browser is offline, or calls wait for their next attempt. It is
 * rendered each second, with the elapsed time of the run.
 */
export function Outage({ waits, isOn }: { waits: readonly Wait[]; isOn: boolean }) {
  const isOnline = useIsOnline();
  const [first] = waits;
  if (!isOn || (isOnline && first === undefined)) return null;
  return (
    <p className="state warn" data-testid="outage">
      <Icon name="clock" />
      {isOnline && first ? sayWait(first, waits.length) : "You are offline. The run continues when you are online."}
    </p>
  );
}

function sayWait({ attempt, attempts, error, until }: Wait, count: number): string {
  const seconds = Math.ceil((until - performance.now()) / 1_000);
  const next = `attempt ${attempt + 1}${attempts === undefined ? "" : ` of ${attempts}`}`;
  const when = seconds > 0 ? `${next}, next in ${seconds} s` : `${next}, next as soon as a call may start`;
  const others = count > 1 ? ` ${count} calls are waiting.` : "";
  return `${toFailure(error).message.replace(/\.$/, "")}, ${when}.${others}`;
}
