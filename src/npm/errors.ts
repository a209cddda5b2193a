// The errors of the package, for its types.

export { ContinuationError, HttpError, RetryError } from "../runtime/errors.ts";
