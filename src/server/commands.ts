// Carries out the commands of clients on a run.

import { restoredReason } from "../journal/errors.ts";
import type { Run } from "../npm/types.ts";
import type { WireReason } from "../remote/wire.ts";
import { NEW_KEY } from "../runtime/new-key.ts";
import { isObject, property, textOf } from "../runtime/values.ts";
import { isEqual } from "./http.ts";
import type { CommandReply, RunCommand } from "./store.ts";

type AnyRun = Run<unknown>;

/**
 * The method of each command. `args` are JSON of a client, and the methods check them. `newKey` is the idempotency key
 * of what the command makes: carried out once more, after a crash, it makes nothing else.
 */
const COMMANDS: Record<string, (run: AnyRun, args: readonly never[], newKey: string) => unknown> = {
  pause: (run) => run.pause(),
  resume: (run, [options]) => run.resume(options),
  cancel: (run, [reason]) => run.cancel(revived(reason)),
  cancelItem: (run, [key, reason]) => run.cancelItem(key as never, revived(reason)),
  retry: (run, [key, options], newKey) => run.retry(key as never, withKey(options, newKey)),
  retryFailed: (run) => run.retryFailed(),
  setConcurrency: (run, [concurrency]) => run.setConcurrency(concurrency as never),
};

const withKey = (options: unknown, newKey: string): never =>
  (isObject(options) && !Array.isArray(options) ? { ...options, [NEW_KEY]: newKey } : options) as never;

export const isCommand = (name: unknown): name is string => typeof name === "string" && Object.hasOwn(COMMANDS, name);

function revived(reason: WireReason | null | undefined): unknown {
  if (!reason) return undefined;
  return "error" in reason ? restoredReason(reason.error) : reason.value;
}

/** Resolves in another turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Carries out a command. Resolves to its error if the run refuses it. */
export async function failureOf(
  run: AnyRun,
  name: string,
  args: readonly unknown[],
  newKey: string,
): Promise<CommandReply["error"] | undefined> {
  try {
    const done = Promise.resolve(COMMANDS[name]?.(run, args as readonly never[], newKey));
    // A refusal rejects at once. The outcome of an item that is made again comes later, and its rejection is no error.
    done.catch(() => {});
    await Promise.race([done, turn()]);
    return undefined;
  } catch (error) {
    return { name: textOf(property(error, "name")), message: textOf(property(error, "message")) };
  }
}

/** Returns the reply to a command that was carried out before, or an error if another command had its id. */
export function replyTo(command: RunCommand, done: { command: RunCommand; reply: CommandReply }): CommandReply {
  if (isEqual(done.command, command)) return done.reply;
  return { error: { name: "TypeError", message: "the Idempotency-Key belongs to another command" } };
}
