// The package, as scenarios use it.

import * as sluicegate from "../../dist/index.js";

export const api = {
  ...sluicegate,
  limiter: (options) => new sluicegate.Limiter(options),
  runLimited: (limiter, task, options) => limiter.run(task, options),
};
