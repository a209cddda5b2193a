// Runs that the server owns. The second item waits for the third, which starts only after a client has raised the
// concurrency.
import { startRun } from "sluicegate";
import { memoryJournal } from "sluicegate/journal";
import { serveRuns } from "sluicegate/server";

const runs = serveRuns({
  kinds: {
    squares(numbers, { journal, signal }) {
      let begin = () => {};
      const third = new Promise((resolve) => (begin = resolve));
      const square = async (number) => {
        if (number === 2) await third;
        if (number === 3) {
          begin();
          throw new RangeError("three");
        }
        return number * number;
      };
      return startRun(numbers, square, { concurrency: 1, journal, signal });
    },
  },
  journals: () => memoryJournal(),
  authorize: (request) => request.headers.get("x-user"),
  interval: 5,
});

export { runs as GET, runs as POST };
