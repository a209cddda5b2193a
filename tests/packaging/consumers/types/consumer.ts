// Types of the main names, in a strict project that checks the declarations of libraries.
import {
  callPhase,
  HttpError,
  init,
  Limiter,
  processWithConcurrency,
  type Run,
  startRun,
  type TaskContext,
} from "sluicegate";
import { useRun } from "sluicegate/react";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | undefined => undefined;

interface Picture {
  url: string;
}

const limiter: Limiter = new Limiter({ limit: 2 });
const controller = new AbortController();

export async function draw(scene: string, _: number, { signal, idempotencyKey }: TaskContext): Promise<Picture> {
  is<Equal<typeof signal, AbortSignal>>();
  return callPhase<Picture>("/api/picture", { scene }, { signal, idempotencyKey, limiter, headers: { a: "b" } });
}

export async function all(): Promise<number> {
  const pictures = await processWithConcurrency(["a"], 2, draw, { signal: controller.signal });
  is<Equal<typeof pictures, Picture[]>>();
  const run: Run<Picture, string> = startRun(["a"], draw, { concurrency: 1 });
  const { values } = await run.finished;
  is<Equal<typeof values, readonly Picture[]>>();
  const response = await fetch("/api", { signal: controller.signal });
  const error: HttpError = await HttpError.from(response);
  await init({ wasm: new URL("https://example.test/sluicegate.wasm") });
  await callPhase(
    "/api",
    {},
    { fetch, check: (_reply, { status }) => void status, read: async (reply) => reply.json() },
  );
  // @ts-expect-error a limit is a number
  new Limiter({ limit: "2" });
  // @ts-expect-error there is no such option
  await processWithConcurrency(["a"], 2, draw, { signals: controller.signal });
  return error.status;
}

export const useDrawing = () => useRun((scenes: string[]) => startRun(scenes, draw, { concurrency: 2 }));
