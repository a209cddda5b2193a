// Batches with a barrier: a batch starts when the one before it is done.
export default async function batches(items, limit, task) {
  const results = [];
  for (let start = 0; start < items.length; start += limit) {
    results.push(...(await Promise.all(items.slice(start, start + limit).map(task))));
  }
  return results;
}
