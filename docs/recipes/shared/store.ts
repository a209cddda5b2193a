/** A value that listeners follow. */
export interface Store<S> {
  get(): S;
  set(state: S): void;
  subscribe(listener: () => void): () => void;
}

/** Returns a store. `onFollowed` is called when the first listener comes; what it returns, when the last one goes. */
export function createStore<S>(state: S, onFollowed: () => () => void = () => () => {}): Store<S> {
  const listeners = new Set<() => void>();
  let onLeft = (): void => {};
  return {
    get: () => state,
    set(next) {
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      if (listeners.size === 0) onLeft = onFollowed();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) onLeft();
      };
    },
  };
}
