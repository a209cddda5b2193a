/** The service that writes: one address, `phase` in the body, one API key a request. */
import { type CallOptions, callPhase, type RetryPolicy, type TaskContext } from "sluicegate";
import { trackCall } from "../shared/calls";
import { tabLimiter } from "../shared/limiter";
import type { Metadata, Scene, ScenePlan, Video } from "./types";

const MINUTE = 60_000;
/** The scenes of all tabs. Of the browser's six connections one stays free. */
export const backend = tabLimiter("script", { limit: 5 });
/** Where the run repeats: it tells of each attempt. */
const ONCE = { attempts: 1 };

/** Writes for one video, with its API keys in turn. */
export class Writer {
  #video: Video;
  #turns = 0;

  constructor(video: Video) {
    this.#video = video;
  }

  writeMetadata(
    { length: total_scenes }: readonly ScenePlan[],
    { signal, idempotencyKey }: TaskContext,
    retry: RetryPolicy<Metadata>,
  ): Promise<Metadata> {
    const { fetch, until, shown } = trackCall("metadata", "Metadata");
    const options = { signal, idempotencyKey, retry: shown(retry), fetch };
    return until(this.#ask({ phase: "metadata", total_scenes }, options));
  }

  /** @param previous the scenes that it goes on from */
  writeScene(
    plan: ScenePlan,
    { script_id, character_bible, outline_tgt }: Metadata,
    previous: readonly Scene[],
    context: TaskContext,
  ): Promise<Scene> {
    const { signal, idempotencyKey } = context;
    const body = {
      phase: "scene",
      script_id,
      ...plan,
      character_bible,
      outline: outline_tgt,
      previous_scenes: previous,
    };
    return this.#ask(body, { signal, idempotencyKey, retry: ONCE });
  }

  #ask<Reply>(body: object, options: CallOptions<Reply>): Promise<Reply> {
    const { idea, style, pace } = this.#video;
    return callPhase<Reply>(
      "/api/script",
      { idea, style, pace, ...body },
      {
        ...options,
        timeout: MINUTE,
        waitOnline: true,
        headers: () => ({ "x-api-key": this.#nextKey() }),
      },
    );
  }

  #nextKey(): string {
    const { apiKeys } = this.#video;
    return apiKeys[this.#turns++ % apiKeys.length]!;
  }
}
