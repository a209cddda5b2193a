// Replies of any status, headers and body, and events whose bytes are cut anywhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { wrong } from "../../typed.mjs";
import { callPhase, HttpError, processPhase } from "../package.mjs";
import { checked, ended, playCases } from "./cases.mjs";
import { anyJson, anyValue, NAMES } from "./values.mjs";

const STATUSES = [200, 200, 200, 201, 202, 204, 205, 206, 301, 400, 401, 402, 404, 408, 409, 418, 425, 429, 429, 500];
const MORE_STATUSES = [501, 502, 503, 503, 504, 505, 511, 529, 599];

function anyWait(random) {
  const number = random.pick([0, 0, 0.001, 1e9, 1e11, 1e15, -1, NaN, Infinity]);
  const forms = [
    () => String(number),
    () => ` ${number} `,
    () => `${number}, ${number}`,
    () => `${number}ms`,
    () => "0h0m0s",
    () => "1e3",
    () => new Date(Date.now() - random.int(-5, 50_000)).toUTCString(),
    () => new Date(0).toISOString(),
    () => "Thu, 99 Foo 2026 99:99:99 GMT",
    () => `"a";r=0;t=${number}, "b";r=${number};t=0`,
    () => `limit=100, remaining=0, reset=${number}`,
    () => ";;,,==",
    () => "ä".normalize("NFC"),
    () => "9".repeat(400),
  ];
  return random.pick(forms)();
}

const WAITS = ["retry-after", "retry-after-ms", "ratelimit", "ratelimit-reset", "x-ratelimit-reset-tokens", "date"];

function anyHeaders(random) {
  const headers = new Headers();
  for (const name of WAITS) if (random.chance(0.4)) headers.set(name, anyWait(random));
  if (random.chance(0.3)) headers.set("x-ratelimit-remaining-tokens", anyWait(random));
  if (random.chance(0.2)) headers.set("x-should-retry", random.pick(["true", "false", "perhaps", ""]));
  const types = ["application/json", "text/plain", "text/event-stream", "application/x-ndjson", "a/b; charset=ä", ""];
  headers.set("content-type", random.pick(types));
  for (const name of NAMES) if (name && random.chance(0.1)) headers.set(name, "polluted");
  return headers;
}

function anyBody(random) {
  const text = JSON.stringify(anyJson(random));
  const bodies = [text, text, text, text.slice(0, random.int(0, text.length)), "", "null", "\ufeff{}", "<html>"];
  return random.chance(0.1) ? new Uint8Array([0xff, 0xfe, random.int(0, 255)]) : random.pick(bodies);
}

function anyReply(random) {
  const status = random.pick([...STATUSES, ...MORE_STATUSES]);
  const isEmpty = status === 204 || status === 205;
  return new Response(isEmpty ? null : anyBody(random), { status, headers: anyHeaders(random) });
}

/** An object that behaves like a reply, more or less. */
function anyForeign(random) {
  const reply = {
    ok: random.chance(0.5),
    status: random.pick([...STATUSES, anyValue(random)]),
    headers: random.pick([anyHeaders(random), { "Retry-After": anyWait(random) }, anyValue(random)]),
    body: random.pick([null, anyValue(random)]),
    text: async () => random.pick([anyBody(random), anyValue(random)]),
  };
  return random.chance(0.2) ? anyValue(random) : reply;
}

const QUICK = { attempts: 3, minDelay: 0, maxDelay: 1, maxRetryAfter: 2 };

test("calls end whatever the replies are, with an error of ours or a value", async () => {
  await playCases("replies", async (random) => {
    const fetch = async () => (random.chance(0.7) ? anyReply(random) : anyForeign(random));
    const options = {
      fetch,
      retry: random.pick([QUICK, { ...QUICK, reconcile: async () => anyJson(random) }]),
      method: random.pick(["POST", "GET", "HEAD"]),
      read: random.pick(["json", "json", "text", "blob", "arrayBuffer"]),
      ...(random.chance(0.3) && { onEvent: () => random.pick([undefined, anyJson(random)]) }),
      ...(random.chance(0.3) && { check: () => random.pick([undefined, "retry", anyJson(random)]) }),
    };
    const { isFulfilled, reason } = await ended(callPhase("/api?secret", undefined, wrong(options)));
    if (isFulfilled || !(reason instanceof HttpError)) return;
    assert.equal(typeof reason.status, "number");
    const { retryAfter } = reason;
    assert.ok(retryAfter === undefined || (Number.isFinite(retryAfter) && retryAfter >= 0), String(retryAfter));
    assert.ok(!reason.message.includes("secret"));
  });
});

test("phases end whatever the chunks say of the next one", async () => {
  await playCases("chunks", async (random) => {
    const chunk = () => {
      const made = random.chance(0.2) ? anyValue(random) : anyJson(random);
      if (typeof made !== "object" || made === null || random.chance(0.3)) return made;
      try {
        return { ...made, hasMore: random.pick([true, false, anyJson(random)]), nextStartIndex: anyJson(random) };
      } catch {
        return made;
      }
    };
    await ended(processPhase(chunk, { stagger: 0, maxChunks: 5, retry: QUICK }));
  });
});

// ── events ──

function anyEvents(random, isServerSent) {
  const data = () =>
    JSON.stringify(random.chance(0.3) ? { text: random.pick(["ü", "€", "🦀", "\u2028"]) } : anyJson(random));
  const end = () => random.pick(["\n", "\n", "\r\n", "\r"]);
  const lines = Array.from({ length: random.int(0, 4) }, () => {
    if (!isServerSent)
      return `${random.pick([data(), data(), "", " ", "[DONE]", "{", "12"])}${random.pick(["\n", "\r\n"])}`;
    const field = random.pick(["data: ", "data:", "event: ", "id: ", "retry: ", ": ", "datä", ""]);
    return `${field}${data()}${end()}${random.chance(0.6) ? end() : ""}`;
  });
  const text = `${random.pick(["", "", "\ufeff"])}${lines.join("")}`;
  return random.chance(0.2) ? text.slice(0, random.int(0, text.length)) : text;
}

async function readInParts(bytes, cuts, type) {
  const body = new ReadableStream({
    start(controller) {
      let from = 0;
      for (const at of [...cuts, bytes.length]) {
        controller.enqueue(bytes.subarray(from, at));
        from = at;
      }
      controller.close();
    },
  });
  const events = [];
  const fetch = async () => new Response(body, { headers: { "content-type": type } });
  const onEvent = (event) => void events.push(event);
  const { value, reason } = await ended(callPhase("/api", {}, { fetch, onEvent }));
  return { events, value, message: reason && String(checked(reason).message) };
}

test("events are the same wherever their bytes are cut, also at every byte", async () => {
  await playCases(
    "events",
    async (random) => {
      const isServerSent = random.chance(0.6);
      const type = random.pick([isServerSent ? "text/event-stream" : "application/x-ndjson", "text/plain"]);
      const bytes = Buffer.from(anyEvents(random, isServerSent));
      const whole = await readInParts(bytes, [], type);
      const every = Array.from({ length: Math.max(0, bytes.length - 1) }, (_, at) => at + 1);
      const some = every.filter(() => random.chance(0.2));
      for (const cuts of [every, some, ...every.slice(0, 60).map((at) => [at])]) {
        assert.deepEqual(
          await readInParts(bytes, cuts, type),
          whole,
          `${JSON.stringify(String(bytes))} cut at ${cuts}`,
        );
      }
    },
    0.1,
  );
});
