import pLimit from "p-limit";

export default (items, limit, task) => pLimit(limit).map(items, task);
