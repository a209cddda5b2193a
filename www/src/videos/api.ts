/** The server as the pipeline sees it: one address where pictures and videos are paid for, one that takes images. */
import { type CallOptions, callPhase, type TaskContext } from "sluicegate";
import { trackCall } from "../calls";
import type { ImageToVideo, Pipeline, TextToImage } from "./definition";
import type { Panel } from "./split";

/** The reply of a generator. */
interface Generated {
  readonly success: true;
  readonly output_path: string;
  readonly output_url: string;
  readonly cost_estimate: number;
  readonly model: string;
}
interface NotGenerated {
  readonly success: false;
  readonly error: string;
  readonly refunded: number;
}
export type Picture = Generated;
export type Video = Generated & { readonly image_sha256: string };

export const lanes = { picture: "Image", images: "Uploads", videos: "Videos" };

const MINUTE = 60_000;
export const RETRY = { attempts: 6, minDelay: 500, maxDelay: 8_000 };
/** Where the run repeats: it tells of each attempt, and a cancel ends its waits. */
const ONCE = { attempts: 1 };

/** The generator was asked and gave nothing; what was paid came back. */
export class GenerationFailed extends Error {
  override readonly name = "GenerationFailed";
  readonly refunded: number;

  constructor({ error, refunded }: NotGenerated) {
    super(error);
    this.refunded = refunded;
  }
}

async function generate<Reply extends Generated>(
  body: object,
  options: CallOptions<Reply | NotGenerated>,
): Promise<Reply> {
  const reply = await callPhase<Reply | NotGenerated>("/api/videos", body, { timeout: 5 * MINUTE, ...options });
  if (!reply.success) throw new GenerationFailed(reply);
  return reply;
}

export function drawPicture(
  { prompt, output_dir, steps }: Pipeline,
  { cancelled, idempotencyKey }: TaskContext,
): Promise<Picture> {
  const { type, name, model, params }: TextToImage = steps.text_to_image;
  const { fetch, until, shown } = trackCall("picture", "Grid image");
  const body = { type, model, name, prompt, params, output_dir };
  return until(generate<Picture>(body, { signal: cancelled, idempotencyKey, retry: shown(RETRY), fetch }));
}

/**
 * An image is sent once, and named by the hash of its bytes; its video is asked for as often as it takes, under one
 * key.
 */
export async function makeVideo(
  { output_dir, steps }: Pipeline,
  image: Panel,
  prompt: string,
  context: TaskContext,
): Promise<Video> {
  const { type, model, params }: ImageToVideo = steps.image_to_video;
  const { sha256 } = await context.step("upload", ({ signal }) => upload(image, signal));
  const body = {
    type,
    model,
    prompt,
    image_path: `${image.name}.png`,
    image_sha256: sha256,
    params: { duration: params.duration },
    output_dir,
  };
  const { signal, idempotencyKey } = context;
  return generate<Video>(body, { signal, idempotencyKey, retry: ONCE, fetch: trackOf(image).fetch });
}

function upload({ blob, name }: Panel, signal: AbortSignal): Promise<{ sha256: string }> {
  const { fetch, until } = trackCall("images", `${name}.png`);
  return until(
    callPhase<{ sha256: string }>("/api/videos/images", undefined, {
      signal,
      retry: ONCE,
      headers: { "content-type": "image/png" },
      // callPhase writes JSON; these are bytes.
      fetch: (url, init) => fetch(url, { ...init, body: blob }),
    }),
  );
}

// ── the timeline: one call for all attempts of a video ──

interface Track {
  readonly fetch: typeof fetch;
  readonly end: () => void;
}
const tracks = new WeakMap<Panel, Track>();

function trackOf(image: Panel): Track {
  let track = tracks.get(image);
  if (!track) {
    const { fetch, until } = trackCall("videos", `Video of ${image.name}`);
    let end = (): void => {};
    void until(new Promise<void>((done) => (end = done)));
    tracks.set(image, (track = { fetch, end }));
  }
  return track;
}

export function endTrack(_outcome: unknown, image: Panel): void {
  tracks.get(image)?.end();
  tracks.delete(image);
}
