// For its weight: a page that uses all of it.
export * from "sluicegate";
