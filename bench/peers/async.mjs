// Called with the async function itself, which it knows by its kind. A wrapper that returns a promise would never end
// here.
import { mapLimit } from "async";

export default (items, limit, task) => mapLimit(items, limit, task);
