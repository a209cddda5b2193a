// Several tabs in one process: copies of the package, each with Web Locks and a BroadcastChannel of its own.

/** Acts when the stack is empty, as messages and locks do at the earliest. */
const soon = (act) => void Promise.resolve().then(act);

/** Opens an origin without tabs. */
export function origin() {
  const held = new Map();
  const queue = [];
  const channels = new Set();
  let opened = 0;

  function pass() {
    for (const request of [...queue]) {
      if (held.has(request.name)) continue;
      queue.splice(queue.indexOf(request), 1);
      hold(request);
    }
  }

  function hold(request) {
    const { name, callback, resolve, reject } = request;
    held.set(name, request);
    request.release = () => {
      if (held.get(name) === request) held.delete(name);
      soon(pass);
    };
    soon(async () => {
      if (!request.tab.isAlive) return;
      try {
        const result = await callback({ name });
        if (request.tab.isAlive) resolve(result);
      } catch (error) {
        reject(error);
      }
      request.release();
    });
  }

  const locksOf = (tab) => ({
    request: (name, ...rest) =>
      new Promise((resolve, reject) => {
        if (!tab.isAlive) return;
        if (tab.isUnloaded) {
          // A tab that asks for ever would never let the test go on.
          if (++tab.refusals < 100) reject(new DOMException("not active", "InvalidStateError"));
          return;
        }
        const callback = rest.pop();
        const { signal, steal } = rest[0] ?? {};
        const request = { name, tab, callback, resolve, reject };
        if (steal) {
          const robbed = held.get(name);
          held.delete(name);
          if (robbed?.tab.isAlive) robbed.reject(new DOMException("stolen", "AbortError"));
          return hold(request);
        }
        signal?.addEventListener("abort", () => {
          if (!queue.includes(request)) return;
          queue.splice(queue.indexOf(request), 1);
          reject(signal.reason);
        });
        queue.push(request);
        soon(pass);
      }),
    query: async () => ({ held: [...held.keys()].map((name) => ({ name })), pending: [] }),
  });

  const channelOf = (tab) =>
    class {
      constructor(name) {
        this.name = name;
        this.tab = tab;
        channels.add(this);
      }
      postMessage(data) {
        if (!tab.isAlive) return;
        for (const other of channels) {
          if (other === this || other.name !== this.name) continue;
          const deliver = () => (other.tab.isFrozen ? other.tab.inbox.push(deliver) : other.onmessage?.({ data }));
          soon(() => other.tab.isAlive && deliver());
        }
      }
      close() {
        channels.delete(this);
      }
    };

  return {
    /** Opens a tab with a limiter. Its runs end when the signal aborts. */
    async open(options, signal) {
      const tab = {
        isAlive: true,
        isFrozen: false,
        isUnloaded: false,
        refusals: 0,
        inbox: /** @type {(() => void)[]} */ ([]),
      };
      const { Limiter, settleWithConcurrency } = await import(`../../dist/index.js?tab=${++opened}`);
      const { sharedAcrossTabs } = await import(`../../dist/tabs.js?tab=${opened}`);
      const limiter = withGlobals({ navigator: { locks: locksOf(tab) }, BroadcastChannel: channelOf(tab) }, () => {
        const limiter = new Limiter({ sharedAcrossTabs: sharedAcrossTabs("backend"), ...options });
        limiter.cooldown(0); // the first use joins the others
        return limiter;
      });
      return {
        limiter,
        /** Runs items in it; the task is called only while the tab lives. */
        settle: (items, task, more) =>
          settleWithConcurrency(items, items.length, (...args) => (tab.isAlive ? task(...args) : undefined), {
            limiter,
            signal,
            ...more,
          }),
        crash() {
          tab.isAlive = false;
          for (const request of queue.filter((request) => request.tab === tab)) queue.splice(queue.indexOf(request), 1);
          for (const request of [...held.values()].filter((request) => request.tab === tab)) {
            request.release();
            // What is left of the tab in this process must not believe that it leads.
            request.reject(new DOMException("crashed", "AbortError"));
          }
        },
        /** Takes the locks of a tab whose code goes on, as WebKit does when a page is left. Returns its refusals. */
        unload() {
          tab.isUnloaded = true;
          for (const request of [...held.values()].filter((request) => request.tab === tab)) {
            request.release();
            request.reject(new DOMException("not active", "AbortError"));
          }
          for (const request of queue.filter((request) => request.tab === tab)) {
            queue.splice(queue.indexOf(request), 1);
            request.reject(new DOMException("not active", "AbortError"));
          }
          return () => tab.refusals;
        },
        /** Shows a tab again that was unloaded. */
        show() {
          tab.isUnloaded = false;
        },
        freeze() {
          tab.isFrozen = true;
        },
        thaw() {
          tab.isFrozen = false;
          for (const deliver of tab.inbox.splice(0)) deliver();
        },
      };
    },
    /** Sends to all tabs what no tab would. */
    send(data) {
      for (const channel of channels) soon(() => channel.onmessage?.({ data }));
    },
  };
}

/** Calls a function while these names are global. */
export function withGlobals(globals, act) {
  const before = Object.keys(globals).map((name) => ({
    name,
    descriptor: Object.getOwnPropertyDescriptor(globalThis, name),
  }));
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    return act();
  } finally {
    for (const { name, descriptor } of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  }
}
