/** The service that writes: one address, `phase` in the body, one API key a request. */
import { type CallOptions, callPhase, Limiter, type RetryPolicy, type TaskContext } from "sluicegate";
import { trackCall } from "../calls";
import type { Metadata, Scene, ScenePlan, Video } from "./types";

export const lanes = { metadata: "Metadata", scenes: "Scenes" };

const MINUTE = 60_000;
/** A 429 holds back all scenes, lowers what is tried at once, and uses up no attempt. */
export const backend = new Limiter({ limit: 5, adaptive: { min: 1 } });
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
    const { fetch, until } = trackCall("metadata", "Metadata");
    return until(this.#ask({ phase: "metadata", total_scenes }, { signal, idempotencyKey, retry, fetch }));
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
    return this.#ask(body, { signal, idempotencyKey, retry: ONCE, fetch: trackOf(plan).fetch });
  }

  #ask<Reply>(body: object, options: CallOptions<Reply>): Promise<Reply> {
    const { idea, style, pace } = this.#video;
    return callPhase<Reply>(
      "/api/script",
      { idea, style, pace, ...body },
      {
        ...options,
        timeout: MINUTE,
        headers: () => ({ "x-api-key": this.#nextKey() }),
      },
    );
  }

  #nextKey(): string {
    const { apiKeys } = this.#video;
    return apiKeys[this.#turns++ % apiKeys.length]!;
  }
}

// ── the timeline: one call for all attempts of a scene ──

interface Track {
  readonly fetch: typeof fetch;
  readonly end: () => void;
}
const tracks = new WeakMap<ScenePlan, Track>();

function trackOf(plan: ScenePlan): Track {
  let track = tracks.get(plan);
  if (!track) {
    const { fetch, until } = trackCall("scenes", `Scene ${plan.scene_num}`);
    let end = (): void => {};
    void until(new Promise<void>((done) => (end = done)));
    tracks.set(plan, (track = { fetch, end }));
  }
  return track;
}

export function endTrack(_outcome: unknown, plan: ScenePlan): void {
  tracks.get(plan)?.end();
  tracks.delete(plan);
}
