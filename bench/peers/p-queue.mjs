import PQueue from "p-queue";

export default (items, limit, task) => {
  const queue = new PQueue({ concurrency: limit });
  return queue.addAll(items.map((item) => () => task(item)));
};
