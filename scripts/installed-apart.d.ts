// Packages with a lock file of their own, in bench/, tests/remote/ and tests/sdks/. They are `any` here, so that the
// types say the same whether or not those are installed.

declare module "@ai-sdk/openai-compatible";
declare module "@anthropic-ai/sdk";
declare module "@google/genai";
declare module "@supabase/supabase-js";
declare module "@supercharge/promise-pool";
declare module "ai";
declare module "async";
declare module "axios";
declare module "effect";
declare module "express";
declare module "got";
declare module "ky";
declare module "node-fetch";
declare module "ofetch";
declare module "openai";
declare module "replicate";
declare module "rxjs";
declare module "tiny-async-pool";
