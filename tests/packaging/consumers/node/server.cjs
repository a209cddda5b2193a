const { startRun } = require("sluicegate");
const { memoryJournal } = require("sluicegate/journal");
const { startRemote } = require("sluicegate/remote");
const { serveRuns } = require("sluicegate/server");

const runs = serveRuns({
  kinds: {
    one: (input, { journal, signal }) => startRun([input], (it) => it + 1, { concurrency: 1, journal, signal }),
  },
  journals: () => memoryJournal(),
  authorize: () => "ada",
});
const run = startRemote("http://runs.test", "one", 1, { fetch: (url, init) => runs(new Request(url, init)) });
run.values
  .then((values) => {
    run.close();
    return runs.close().then(() => values);
  })
  .then((values) => console.log(JSON.stringify(values)));
