// What tests tell the type checker. Both functions return what they are given.

/**
 * An item in any state, with the fields of all of them. What a test expects of one says which it is in.
 * @template V, T
 * @typedef {object} AnyItem
 * @property {number} index
 * @property {string} key
 * @property {T} item
 * @property {string} status
 * @property {number} attempts
 * @property {unknown} [data]
 * @property {V} value
 * @property {any} reason
 * @property {boolean} [restored]
 * @property {boolean} [started]
 * @property {number} [attempt]
 * @property {any} [error]
 * @property {number} [nextAttemptAt]
 * @property {number} [fraction]
 */

/**
 * Returns an item whose fields are read without a look at its status.
 * @template V, T
 * @param {import("../dist/index.js").Outcome<V, T> | import("../dist/index.js").OpenItem<T>} item
 * @returns {AnyItem<V, T>}
 */
export const fieldsOf = (item) => /** @type {any} */ (item);

/**
 * Returns a value that breaks the types on purpose, as untyped callers do.
 * @returns {any}
 */
export const wrong = (value) => value;
