/** Shows a result, or why there is none. */
export function show(promise) {
  promise.then(
    (result) => write(JSON.stringify(result)),
    (error) => write(JSON.stringify({ error: String(error?.stack ?? error) })),
  );
}

function write(text) {
  document.querySelector("#result").textContent = text;
}

/** The address of the server, from the address of the page. */
export const backend = () => new URLSearchParams(location.search).get("backend");

/** Resolves to what a worker or a port replies when it is told the address. */
export const askWorker = (port, source = port) =>
  new Promise((resolve, reject) => {
    source.onmessage = ({ data }) => resolve(data);
    port.onerror = (event) => reject(new Error(event.message ?? "the worker failed"));
    source.postMessage(backend());
  });
