const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const show = (text) => {
  /** @type {Element} */ (document.querySelector("#result")).textContent = text;
};

worker.onmessage = ({ data }) => show(JSON.stringify(data));
worker.onerror = ({ message }) => show(JSON.stringify({ message }));
