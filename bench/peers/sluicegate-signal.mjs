// The same, and every task reads the signal of its attempt: an AbortController for each.
import { processWithConcurrency } from "sluicegate";

let _aborted = 0;

export default (items, limit, task) => {
  const { signal } = new AbortController();
  const onProgress = () => {};
  const withSignal = (item, index, context) => {
    if (context.signal.aborted) _aborted += 1;
    return task(item, index);
  };
  return processWithConcurrency(items, limit, withSignal, { signal, onProgress });
};
