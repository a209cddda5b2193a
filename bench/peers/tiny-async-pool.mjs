import asyncPool from "tiny-async-pool";

export default async (items, limit, task) => {
  const results = [];
  for await (const result of asyncPool(limit, items, task)) results.push(result);
  return results;
};
