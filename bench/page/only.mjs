// A page that uses one function, to measure its weight.
export { processWithConcurrency } from "sluicegate";
