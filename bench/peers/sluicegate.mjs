import { processWithConcurrency } from "sluicegate";

export default (items, limit, task) => processWithConcurrency(items, limit, task);
