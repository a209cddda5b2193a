import { PromisePool } from "@supercharge/promise-pool";

export default async (items, limit, task) => {
  const { results } = await PromisePool.withConcurrency(limit).for(items).process(task);
  return results;
};
