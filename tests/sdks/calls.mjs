// One call of each fetch wrapper and SDK, to a server at `url`. Their own retries are switched off.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { createClient } from "@supabase/supabase-js";
import { generateText } from "ai";
import axios from "axios";
import got from "got";
import ky from "ky";
import nodeFetch from "node-fetch";
import { ofetch } from "ofetch";
import OpenAI from "openai";
import Replicate from "replicate";
import { callPhase, HttpError } from "../../dist/index.js";

/** @typedef {(url: string, context: { signal: AbortSignal, idempotencyKey: string }) => unknown} Call */

const messages = [{ role: "user", content: "draw" }];
const supabase = (url, options) => createClient(url, "key", options);

/** A fetch whose failed replies are errors, for clients that lose their status. */
const strictFetch = async (/** @type {Parameters<typeof fetch>} */ ...args) => {
  const response = await fetch(...args);
  if (!response.ok) throw await HttpError.from(response);
  return response;
};

/** A fetch that sends once, for clients whose retries cannot be switched off. */
const sendOnce = () => {
  let reply;
  return (/** @type {Parameters<typeof fetch>} */ ...args) => (reply ??= fetch(...args));
};

/**
 * Name, call, and what the client keeps of a reply: `hint: false` where it drops the headers, `code` where it reads the
 * body of a failure.
 * @type {[name: string, call: Call, kept?: { refusal?: string, hint?: boolean, code?: boolean }][]}
 */
export const calls = [
  [
    "openai",
    (url, { signal }) => {
      const client = new OpenAI({ apiKey: "key", baseURL: url, maxRetries: 0 });
      return client.chat.completions.create({ model: "m", messages }, { signal });
    },
    { code: true },
  ],
  [
    "@anthropic-ai/sdk",
    (url, { signal }) => {
      const client = new Anthropic({ apiKey: "key", baseURL: url, maxRetries: 0 });
      return client.messages.create({ model: "m", max_tokens: 1, messages }, { signal });
    },
    { code: true },
  ],
  [
    "ai with @ai-sdk/openai-compatible",
    (url, { signal }) => {
      const model = createOpenAICompatible({ name: "local", baseURL: url })("m");
      return generateText({ model, prompt: "draw", maxRetries: 0, abortSignal: signal });
    },
    { code: true },
  ],
  ["axios", (url, { signal }) => axios.post(url, {}, { signal }), { code: true }],
  ["axios by fetch", (url, { signal }) => axios.post(url, {}, { signal, adapter: "fetch" }), { code: true }],
  ["ky", (url, { signal }) => ky.post(url, { json: {}, retry: 0, signal }).json()],
  ["got", (url, { signal }) => got.post(url, { json: {}, retry: { limit: 0 }, signal }).json(), { code: true }],
  ["ofetch", (url, { signal }) => ofetch(url, { method: "POST", body: {}, retry: 0, signal }), { code: true }],
  [
    "supabase functions",
    async (url, { signal }) => {
      const { data, error } = await supabase(url).functions.invoke("draw", { body: {}, signal });
      if (error) throw error;
      return data;
    },
  ],
  [
    "supabase tables, the whole result thrown",
    async (url, { signal }) => {
      const result = await supabase(url).from("scenes").insert({}).abortSignal(signal);
      if (result.error) throw result;
      return result.data;
    },
    { hint: false, code: true },
  ],
  [
    "supabase tables by a fetch that throws",
    (url, { signal }) => {
      const client = supabase(url, { global: { fetch: strictFetch } });
      return client.from("scenes").insert({}).abortSignal(signal).throwOnError();
    },
    { code: true },
  ],
  [
    "supabase storage",
    async (url) => {
      const { data, error } = await supabase(url).storage.from("pictures").upload("1.png", "bytes");
      if (error) throw error;
      return data;
    },
    { hint: false },
  ],
  [
    "supabase storage by a fetch that throws",
    async (url) => {
      const client = supabase(url, { global: { fetch: strictFetch } });
      const { data, error } = await client.storage.from("pictures").upload("1.png", "bytes");
      if (error) throw error;
      return data;
    },
    { code: true },
  ],
  [
    "replicate",
    (url, { signal }) => {
      const client = new Replicate({ auth: "key", baseUrl: url, fetch: sendOnce() });
      return client.predictions.create({ version: "v", input: {}, signal });
    },
  ],
  [
    "@google/genai",
    (url, { signal }) => {
      const client = new GoogleGenAI({ apiKey: "key", httpOptions: { baseUrl: url } });
      return client.models.generateContent({ model: "m", contents: "draw", config: { abortSignal: signal } });
    },
    { refusal: "refused by Google", code: true },
  ],
  [
    "node-fetch and HttpError.from",
    async (url, { signal }) => {
      const response = await nodeFetch(url, { method: "POST", signal });
      if (!response.ok) throw await HttpError.from(response);
      return response.json();
    },
    { code: true },
  ],
  [
    "callPhase by node-fetch",
    (url, { signal, idempotencyKey }) =>
      callPhase(url, {}, { signal, idempotencyKey, fetch: nodeFetch, retry: { attempts: 1 } }),
    { code: true },
  ],
];
