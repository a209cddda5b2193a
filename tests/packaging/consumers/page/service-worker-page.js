import { backend, show } from "./show.js";

async function ask() {
  await navigator.serviceWorker.register("service.js", { type: "module", scope: "./" });
  const { active } = await navigator.serviceWorker.ready;
  const channel = new MessageChannel();
  const reply = new Promise((resolve) => (channel.port1.onmessage = ({ data }) => resolve(data)));
  active.postMessage(backend(), [channel.port2]);
  return reply;
}

show(ask());
