// A classic script of its own, so that nothing is loaded yet when the clock starts.

globalThis.bench = {
  /** From nothing to the first task. `watch` looks for the longest time in which the page could do nothing else. */
  async start({ entry, watch }) {
    const block = watch ? longestBlock() : undefined;
    const began = performance.now();
    const { default: run } = await import(entry);
    const loaded = performance.now();
    let started;
    const [result] = await run(["first"], 1, async (item) => {
      started ??= performance.now();
      return item;
    });
    if (result !== "first") throw new Error(`${entry} gave ${result}`);
    return { load: loaded - began, firstTask: started - loaded, total: started - began, block: await block?.() };
  },
};

/** Messages to oneself come at once, unless something else has the page. @returns {() => number} ends it */
function longestBlock() {
  const { port1, port2 } = new MessageChannel();
  let longest = 0;
  let last = performance.now();
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    port2.postMessage(undefined);
  };
  port2.postMessage(undefined);
  return () => {
    port1.close();
    return longest;
  };
}
