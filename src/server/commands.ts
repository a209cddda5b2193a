// What commands do to a run.

import { restoredReason } from "../journal/errors.ts";
import type { Run } from "../npm/types.ts";
import type { WireReason } from "../remote/wire.ts";
import { property, textOf } from "../runtime/values.ts";
import { isEqual } from "./http.ts";
import type { CommandReply, RunCommand } from "./store.ts";

type AnyRun = Run<unknown>;

/** The commands, and what they do. `args` are JSON of a client: the methods check them. */
const COMMANDS: Record<string, (run: AnyRun, args: readonly never[]) => unknown> = {
  pause: (run) => run.pause(),
  resume: (run, [options]) => run.resume(options),
  cancel: (run, [reason]) => run.cancel(revived(reason)),
  cancelItem: (run, [key, reason]) => run.cancelItem(key as never, revived(reason)),
  retry: (run, [key, options]) => run.retry(key as never, options),
  retryFailed: (run) => run.retryFailed(),
  setConcurrency: (run, [concurrency]) => run.setConcurrency(concurrency as never),
};

export const isCommand = (name: unknown): name is string => typeof name === "string" && Object.hasOwn(COMMANDS, name);

function revived(reason: WireReason | null | undefined): unknown {
  if (!reason) return undefined;
  return "error" in reason ? restoredReason(reason.error) : reason.value;
}

/** Resolves in another turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Carries out a command. Resolves to why it could not, if so. */
export async function failureOf(
  run: AnyRun,
  name: string,
  args: readonly unknown[],
): Promise<CommandReply["error"] | undefined> {
  try {
    const done = Promise.resolve(COMMANDS[name]?.(run, args as readonly never[]));
    done.catch(() => {}); // seen below, if it comes at once
    // An item that is made again has its outcome later. What cannot be done is known at once.
    await Promise.race([done, turn()]);
    return undefined;
  } catch (error) {
    return { name: textOf(property(error, "name")), message: textOf(property(error, "message")) };
  }
}

/** Returns the reply of a command, which may be another one than was carried out under its id. */
export function replyTo(command: RunCommand, done: { command: RunCommand; reply: CommandReply }): CommandReply {
  if (isEqual(done.command, command)) return done.reply;
  return { error: { name: "TypeError", message: "the Idempotency-Key belongs to another command" } };
}
