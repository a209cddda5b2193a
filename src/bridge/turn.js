// Turns of the event loop: between two of them a page paints and hears its user.

/** Calls it in the next turn. A message is not slowed down in hidden tabs, a timer is. */
export function nextTurn(callback) {
  if (typeof MessageChannel === "undefined") return setTimeout(callback);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}
