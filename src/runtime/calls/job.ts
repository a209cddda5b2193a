// `runJob`: submits once, then polls. All attempts of the outer task poll the same job.

import type { TaskContext } from "../../npm/types.ts";
import { JOB_OPTIONS, refuseUnknown } from "../known-options.ts";
import { pollUntil } from "../modes/poll.ts";
import { functionNamed, functionOr, optionsOf } from "../options.ts";
import { badOption, property, reportUncaught } from "../values.ts";

/** State of a job that is shared by the attempts of its task. */
interface Ordered {
  /** Number of failed jobs. Each is followed by another submission, with a key of its own. */
  dead: number;
  isCancelled: boolean;
}

export async function runJob(options: unknown): Promise<unknown> {
  const given = optionsOf(options);
  refuseUnknown(given, JOB_OPTIONS);
  const submit = functionNamed("submit", given.submit);
  const poll = functionNamed("poll", given.poll);
  const done = functionNamed("done", given.done);
  const [failed, value, cancel] = ["failed", "value", "cancel"].map((name) => functionOr(name, given[name]));
  const context = given.context as TaskContext;
  if (typeof property(context, "step") !== "function") throw badOption("context", "the context of a task", context);

  const ordered = await context.step("job", (): Ordered => ({ dead: 0, isCancelled: false }));
  const job = await context.step(ordered.dead === 0 ? "submit" : `submit ${ordered.dead + 1}`, submit);
  const failureOf = (reply: unknown) => failed?.(reply);
  const { submit: _, poll: __, failed: ___, value: ____, cancel: _____, ...pollOptions } = given;
  try {
    const reply = await pollUntil((ask: TaskContext) => poll(job, ask), {
      ...pollOptions,
      done: (reply: unknown) => failureOf(reply) !== undefined || done(reply),
    });
    const failure = failureOf(reply);
    if (failure === undefined) return value ? value(reply, job) : reply;
    ordered.dead += 1;
    throw failure;
  } catch (error) {
    if (isGivenUp(error, context) && !ordered.isCancelled) {
      ordered.isCancelled = true;
      cancelJob(cancel, job);
    }
    throw error;
  }
}

/** Returns whether a job is given up: its run was cancelled, or its poll timed out. */
const isGivenUp = (error: unknown, { signal, cancelled }: TaskContext): boolean =>
  cancelled.aborted || (!signal.aborted && property(error, "name") === "TimeoutError");

/** Calls `cancel`, so that the server can stop the job. */
function cancelJob(cancel: ((job: unknown) => unknown) | undefined, job: unknown): void {
  try {
    Promise.resolve(cancel?.(job)).catch(reportUncaught);
  } catch (error) {
    reportUncaught(error);
  }
}
