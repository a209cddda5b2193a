// Types where a project has neither the DOM lib nor @types/node, and checks the declarations of libraries.
import { Limiter, processWithConcurrency, startRun } from "sluicegate";

export async function all(): Promise<number> {
  const limiter: Limiter = new Limiter({ limit: 2 });
  const doubled = await processWithConcurrency([1, 2], 2, (item, _, { signal }) => (signal.aborted ? 0 : item * 2), {
    limiter,
  });
  // @ts-expect-error a signal has no such part, so it is not `any`
  startRun(["a"], (_item, _index, { signal }) => signal.nothing, { concurrency: 1 });
  return doubled[0] ?? 0;
}
