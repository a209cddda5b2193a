// A program that is CommonJS itself and imports, with a dependency that requires: two engines in one process.

const exercise = require("./exercise.cjs");
const required = require("sluicegate");

import("sluicegate")
  .then((imported) => Promise.all([exercise(imported, process.argv[2]), exercise(required, process.argv[2])]))
  .then((reports) => console.log(JSON.stringify(reports)));
