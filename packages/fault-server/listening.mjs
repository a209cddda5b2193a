/** The loopback address, because nobody else should reach a server that fails on purpose. */
export const HOST = "127.0.0.1";

// Demonstrations open more than a thousand sockets in one instant.
const BACKLOG = 4096;

/**
 * Starts and ends a server.
 * @param {import('node:http').Server} server
 * @param {() => void} end gives up the work in flight
 */
export function onThisMachine(server, end) {
  return {
    /**
     * @param {number} [port] 0 takes a free one
     * @returns {Promise<{port: number, url: string}>}
     */
    listen(port = 0) {
      return new Promise((done, fail) => {
        server.once("error", fail);
        server.listen({ port, host: HOST, backlog: BACKLOG }, () => {
          server.off("error", fail);
          const address = /** @type {import('node:net').AddressInfo} */ (server.address());
          done({ port: address.port, url: `http://${HOST}:${address.port}` });
        });
      });
    },

    /** Ends at once: destroys open sockets and gives up the work in flight. @returns {Promise<void>} */
    close() {
      end();
      return new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}
