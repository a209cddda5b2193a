// For its weight: a page that uses one function.
export { processWithConcurrency } from "sluicegate";
