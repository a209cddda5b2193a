// The backend of the live examples. It draws a picture in about a second, and sells it once per idempotency key.

const PLACES = 2;
let inFlight = 0;

/** The global scope of a service worker, whose types exclude those of a page. */
const worker = /** @type {any} */ (self);

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (event) => {
  const { pathname, search } = new URL(event.request.url);
  if (pathname.endsWith("/live/pictures")) event.respondWith(draw(event.request, search === "?busy"));
  if (pathname.endsWith("/live/paid")) event.respondWith(countPaid());
});

const sold = () => caches.open("sluicegate-live");
const pageOf = (key) => `/live/sold/${encodeURIComponent(key)}`;

async function draw(request, isBusy) {
  if (isBusy && inFlight >= PLACES)
    return Response.json({ error: "busy" }, { status: 429, headers: { "retry-after": "2" } });
  inFlight++;
  try {
    const { prompt } = await request.json();
    const key = request.headers.get("idempotency-key") ?? crypto.randomUUID();
    const store = await sold();
    const before = await store.match(pageOf(key));
    if (before) return before;
    await new Promise((done) => setTimeout(done, 700 + 600 * Math.random()));
    const reply = Response.json({ url: `data:,${encodeURIComponent(prompt)}` });
    await store.put(pageOf(key), reply.clone());
    return reply;
  } finally {
    inFlight--;
  }
}

async function countPaid() {
  return Response.json({ count: (await (await sold()).keys()).length });
}
