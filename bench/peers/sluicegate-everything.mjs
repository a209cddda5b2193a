// With a signal that could cancel it, progress, and a task that is called with its context.
import { processWithConcurrency } from "sluicegate";

/** The last progress, to detect a run that does not report it. */
let completed = 0;
let attempts = 0;

export default async (items, limit, task) => {
  const { signal } = new AbortController();
  const onProgress = (progress) => (completed = progress.completed);
  attempts = 0;
  const withContext = (item, index, context) => {
    attempts += context.attempt;
    return task(item, index);
  };
  const results = await processWithConcurrency(items, limit, withContext, { signal, onProgress });
  if (completed !== items.length || attempts !== items.length)
    throw new Error(`progress said ${completed}, contexts ${attempts}, of ${items.length}`);
  return results;
};
