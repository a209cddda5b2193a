// The helper that many pages have: it awaits Promise.race of what is in flight.
export default async function processWithConcurrency(items, concurrency, task) {
  const results = [];
  const executing = new Set();

  for (const [index, item] of items.entries()) {
    const p = task(item, index).then((res) => {
      executing.delete(p);
      return res;
    });

    results.push(p);
    executing.add(p);

    if (executing.size >= concurrency) {
      await Promise.race(executing);
    }
  }
  return Promise.all(results);
}
