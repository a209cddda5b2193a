// The backend of the examples: a service worker of this page. See ../public/backend.js.

const BASE = import.meta.env.BASE_URL;

export interface Scene {
  id: string;
  prompt: string;
}

export interface Picture {
  url: string;
}

export const scenes: Scene[] = ["harbor", "storm", "lighthouse", "whale", "island", "morning"].map((id) => ({
  id,
  prompt: `A picture of the ${id}`,
}));

/** An address of the backend. With `busy` it takes two calls at a time, and refuses others with a 429. */
export const PICTURES = `${BASE}live/pictures`;
export const BUSY = `${BASE}live/pictures?busy`;

/** Resolves when the service worker answers this page. */
export async function backendIsReady(): Promise<void> {
  if (!navigator.serviceWorker) throw new Error("it has no service workers");
  await navigator.serviceWorker.register(`${BASE}backend.js`, { scope: BASE });
  await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller) return;
  await new Promise<void>((done) =>
    navigator.serviceWorker.addEventListener("controllerchange", () => done(), { once: true }),
  );
}

/** The number of pictures that the backend has been paid for. */
export async function paid(): Promise<number> {
  const { count } = await (await fetch(`${BASE}live/paid`)).json();
  return count;
}
