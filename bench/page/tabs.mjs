// A page that shares limiters across tabs: what that adds to the core, to measure its weight.
export * from "sluicegate/tabs";
