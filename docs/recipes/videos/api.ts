/** The server as the pipeline sees it: one address where pictures and videos are paid for, one that takes images. */
import { type CallOptions, callPhase, HttpError, type TaskContext } from "sluicegate";
import { RETRY, trackCall } from "../shared/calls";
import { tabLimiter } from "../shared/limiter";
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

const MINUTE = 60_000;
/** Where the run repeats: it tells of each attempt, and a cancel ends its waits. */
const ONCE = { attempts: 1 };
/** The videos of all tabs. A 429 holds back all of them. */
export const backend = tabLimiter("videos");

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
  return until(
    generate<Picture>(body, { signal: cancelled, idempotencyKey, retry: shown(RETRY), fetch, waitOnline: true }),
  );
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
  const { signal, idempotencyKey } = context;
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
  const ask = (): Promise<Video> => generate(body, { signal, idempotencyKey, retry: ONCE });
  return ask().catch(async (error: unknown) => {
    if (!(error instanceof HttpError) || (error.body as { code?: unknown })?.code !== "UNKNOWN_IMAGE") throw error;
    // The server was restarted: it gets the image again.
    await upload(image, signal);
    return ask();
  });
}

function upload({ blob }: Panel, signal: AbortSignal): Promise<{ sha256: string }> {
  return callPhase<{ sha256: string }>("/api/videos/images", undefined, {
    signal,
    retry: ONCE,
    headers: { "content-type": "image/png" },
    // callPhase writes JSON; these are bytes.
    fetch: (url, init) => fetch(url, { ...init, body: blob }),
  });
}
