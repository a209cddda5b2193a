// A fetch for jest-environment-jsdom, which has none: as much of it as the package asks for.
const { request } = require("node:http");

module.exports = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const all = headers?.entries ? Object.fromEntries(headers.entries()) : headers;
    const call = request(url, { method, headers: all }, async (reply) => {
      let text = "";
      for await (const chunk of reply) text += chunk;
      resolve({
        ok: reply.statusCode < 300,
        status: reply.statusCode,
        url: String(url),
        headers: { get: (name) => reply.headers[name.toLowerCase()] ?? null },
        text: async () => text,
        json: async () => JSON.parse(text),
      });
    });
    call.on("error", reject);
    signal?.addEventListener("abort", () => call.destroy(signal.reason));
    call.end(body);
  });
