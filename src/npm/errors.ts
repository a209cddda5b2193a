// The errors of the package.

export { ContinuationError, HttpError, RetryError } from "../runtime/errors.ts";
