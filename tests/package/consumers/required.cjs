const exercise = require("./exercise.cjs");
const sluicegate = require("sluicegate");

exercise(sluicegate, process.argv[2]).then((report) => console.log(JSON.stringify(report)));
