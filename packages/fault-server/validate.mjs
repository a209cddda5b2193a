// Schemas whose messages describe a valid value, and the refusal of a body that does not match.
import * as v from "valibot";
import { HttpError } from "./http.mjs";

/** @typedef {v.BaseSchema<unknown, any, v.BaseIssue<unknown>> & {message?: any}} Schema */

/**
 * Returns the schema of an object. A field that is missing is described like one that is wrong.
 * @template {Record<string, Schema>} E
 * @param {E} entries
 */
export const object = (entries) => v.object(entries, described(entries));

/**
 * Returns the schema of an object that may have no other fields.
 * @template {Record<string, Schema>} E
 * @param {E} entries
 */
export const strictObject = (entries) => v.strictObject(entries, described(entries));

/**
 * Returns the schema of an object that keeps its other fields.
 * @template {Record<string, Schema>} E
 * @param {E} entries
 */
export const looseObject = (entries) => v.looseObject(entries, described(entries));

/** @param {Record<string, Schema>} entries @returns {(issue: v.BaseIssue<unknown>) => string} */
function described(entries) {
  return ({ path, expected }) => {
    if (!path) return "an object";
    const name = String(path[0].key);
    if (expected === "never") return `one of the known fields (${Object.keys(entries).join(", ")})`;
    const { message } = entries[name];
    return typeof message === "string" ? message : "an object";
  };
}

export const string = (is = "a text") => v.string(is);
/** A text with something to read in it. */
export const text = (is = "a text that is not empty", most = Number.POSITIVE_INFINITY) =>
  v.pipe(
    v.string(is),
    v.check((value) => value.trim() !== "" && value.length <= most, is),
  );
export const texts = (is = "a list of texts") => v.array(v.string(is), is);
/** @param {number} least @param {number} [most] */
export function wholeNumber(least, most = Number.POSITIVE_INFINITY) {
  const is = `a whole number ${most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`}`;
  return v.pipe(v.number(is), v.integer(is), v.minValue(least, is), v.maxValue(most, is));
}
/** @param {number} least @param {number} [most] */
export function number(least, most = Number.POSITIVE_INFINITY) {
  const is = `a number ${most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`}`;
  return v.pipe(v.number(is), v.finite(is), v.minValue(least, is), v.maxValue(most, is));
}
/** @template {string} T @param {readonly T[]} names */
export const oneOf = (names) => v.picklist(names, `one of ${names.join(", ")}`);
export const quota = v.union([v.null(), wholeNumber(0)], "null or a whole number of at least 0");

/**
 * Returns the value as its schema has it. Throws a 400 that names the first wrong field and its value.
 * @template {Schema} S
 * @param {S} schema
 * @param {unknown} value
 * @param {string | ((input: unknown) => string)} [code] of the refusal, or how the wrong value decides it
 * @returns {v.InferOutput<S>}
 */
export function valid(schema, value, code = "BAD_REQUEST") {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? "body";
  throw refusal(field, issue.message, issue.input, typeof code === "string" ? code : code(issue.input));
}

/**
 * Returns the refusal of a field.
 * @param {string} field @param {string} is a description of a valid value @param {unknown} value @param {string} code
 */
export function refusal(field, is, value, code = "BAD_REQUEST") {
  const got = value === undefined ? "missing" : JSON.stringify(value).slice(0, 80);
  return new HttpError(400, `${field} must be ${is}, not ${got}`, { code, field });
}
