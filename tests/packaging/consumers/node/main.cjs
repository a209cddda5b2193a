const sluicegate = require("sluicegate");

import("./exercise.js")
  .then(({ exercise }) => exercise(sluicegate, process.env.BACKEND))
  .then((result) => console.log(JSON.stringify(result)));
