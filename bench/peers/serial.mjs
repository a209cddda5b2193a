// One by one, whatever the limit.
export default async function serial(items, _limit, task) {
  const results = [];
  for (const [index, item] of items.entries()) results.push(await task(item, index));
  return results;
}
