// A page that shows and steers runs on a server: what it downloads besides React and the hooks, to measure its weight.
export * from "sluicegate/remote";
