/**
 * Waits, and rejects at once when the server closes, so that no timer outlives it.
 * @param {number} milliseconds
 * @param {AbortSignal} closing
 * @returns {Promise<void>}
 */
export function pause(milliseconds, closing) {
  return new Promise((resolve, reject) => {
    if (closing.aborted) {
      reject(closing.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(closing.reason);
    };
    const timer = setTimeout(() => {
      closing.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    closing.addEventListener("abort", stop, { once: true });
  });
}
