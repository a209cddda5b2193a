import pMap from "p-map";

export default (items, limit, task) => pMap(items, task, { concurrency: limit });
