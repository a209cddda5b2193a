// Turns of the event loop. Between two turns a page paints and handles input.

/** Calls back in the next turn. By a message, because hidden tabs delay timers. */
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

/** Calls back when the stack is empty. Not by `queueMicrotask`, which fake timers replace. */
export function soon(callback: () => void): void {
  void resolved.then(callback);
}
