import { from, lastValueFrom, mergeMap, toArray } from "rxjs";

export default (items, limit, task) => lastValueFrom(from(items).pipe(mergeMap(task, limit), toArray()));
