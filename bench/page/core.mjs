// A page that uses the whole core API, to measure its weight.
export * from "sluicegate";
