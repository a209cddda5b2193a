// Two copies of the package on one page, each with a limiter and an engine of its own.
import * as first from "sluicegate";
import * as second from "sluicegate-copy";
import { exercise } from "./exercise.js";
import { backend, show } from "./show.js";

const both = Promise.all([exercise(first, backend()), exercise(second, backend())]);
show(both.then(([one, two]) => (JSON.stringify(one) === JSON.stringify(two) && first !== second ? one : [one, two])));
