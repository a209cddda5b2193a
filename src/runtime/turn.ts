// Turns of the event loop. Between two of them a page paints and hears its user.

/** Calls back in the next turn. A message is not slowed down in hidden tabs; a timer is. */
export function nextTurn(callback: () => void): void {
  if (typeof MessageChannel === "undefined") {
    setTimeout(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}

const resolved = Promise.resolve();

/** Calls back when the stack is empty. Not by `queueMicrotask`, which fake clocks of tests take away. */
export function soon(callback: () => void): void {
  void resolved.then(callback);
}
