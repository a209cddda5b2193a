// A page with journals: what they add to the core, to measure their weight.
export * from "sluicegate/journal";
