// Replies that come in parts (R34); each throws where it does not hold.

import { reasonOf, same } from "./scenario.js";

/** A fetch that answers with these bytes, this many at a time, and then ends or stays open. */
function answering(text, size, { stays = false } = {}) {
  const bytes = new TextEncoder().encode(text);
  /** @type {{cancelled?: Error, body?: ReadableStream}} */
  const seen = {};
  const fetch = async () => {
    seen.body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        if (!stays) controller.close();
      },
      cancel: (reason) => (seen.cancelled = reason),
    });
    return new Response(seen.body, { headers: { "content-type": "text/event-stream" } });
  };
  return { fetch, seen };
}

const scenarios = {
  async events_do_not_depend_on_how_their_bytes_are_cut({ callPhase }) {
    const text = '\ufeff: hi\r\nretry: 5\r\nevent: é\r\nid: 1\r\ndata: {"a":"🦀"}\r\n\r\ndata: b\n\ndata: [DONE]\n\n';
    for (const size of [1, 2, 3, 1_000]) {
      const events = [];
      const onEvent = (event, { attempt }) => events.push([attempt, event]);
      same(await callPhase("/api", {}, { fetch: answering(text, size).fetch, onEvent }), "b");
      same(events, [
        [1, { event: "é", data: { a: "🦀" }, id: "1" }],
        [1, { event: "message", data: "b" }],
      ]);
    }
  },

  async silence_ends_a_reply_and_cancels_its_body({ callPhase }) {
    for (const more of [{ onEvent() {} }, { read: "text" }]) {
      const { fetch, seen } = answering("data: 1\n\n", 100, { stays: true });
      const { name } = await reasonOf(callPhase("/api", {}, { fetch, idleTimeout: 20, ...more }));
      same(
        [name, seen.cancelled?.name, Boolean(more.onEvent && seen.body?.locked)],
        ["TimeoutError", "TimeoutError", false],
      );
    }
  },

  async events_are_a_sign_of_life_of_the_task_around({ callPhase, startRun }) {
    let controller;
    const body = () => new ReadableStream({ start: (given) => (controller = given) });
    const fetch = async () => new Response(body(), { headers: { "content-type": "text/event-stream" } });
    const timer = setInterval(() => controller?.enqueue(new TextEncoder().encode("data: 1\n\n")), 20);
    let told = 0;
    const onEvent = () => {
      told += 1;
      if (told === 20) controller.close();
    };
    const task = (_item, _index, { signal }) => callPhase("/api", {}, { fetch, signal, onEvent });
    const run = startRun([1], task, { concurrency: 1, idleTimeout: 200 });
    const { values } = await run.finished;
    clearInterval(timer);
    same([values, told], [[1], 20]);
  },
};

export const names = () => Object.keys(scenarios).join(" ");
export const scenario = (name, api) => scenarios[name](api);
