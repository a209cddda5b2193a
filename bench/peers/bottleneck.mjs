import Bottleneck from "bottleneck";

export default (items, limit, task) => {
  const limiter = new Bottleneck({ maxConcurrent: limit });
  return Promise.all(items.map((item) => limiter.schedule(() => task(item))));
};
