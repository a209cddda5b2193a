import { work } from "./work.js";

const inWorker = typeof document === "undefined";

work().then(
  (shown) => postMessage({ ...shown, inWorker }),
  ({ message }) => postMessage({ message }),
);
