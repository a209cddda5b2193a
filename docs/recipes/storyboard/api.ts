/** The generation backend: one endpoint, `phase` in the body, and a quick look at what it has so far. */
import { type CallOptions, callPhase, type TaskContext } from "sluicegate";
import { RETRY, trackCall } from "../shared/calls";

/** The two things that a scene gets, each made in a phase of its own. */
export type Kind = "audio" | "images";

/** The speaker of an audio track; the name "melody" stands for a tune where the server has no voice. */
export interface AudioVoice {
  readonly name: string;
  readonly language: string | null;
}

export interface Scene {
  readonly index: number;
  readonly narration: string;
  readonly visualPrompt: string;
  readonly imageUrl: string | null;
  readonly audioUrl: string | null;
  readonly audioSeconds: number | null;
  readonly audioVoice?: AudioVoice | null;
}
export interface Project {
  readonly projectId: string;
  readonly title: string;
  readonly scenes: readonly Scene[];
}
export interface Script {
  readonly projectId: string;
  readonly generationId: string;
  readonly title: string;
  readonly sceneCount: number;
}
export interface Chunk {
  readonly hasMore: boolean;
  readonly nextStartIndex?: number;
  /** Number of finished pieces of the story, in the phase that makes them. */
  readonly audioGenerated?: number;
  readonly imagesGenerated?: number;
}
/** A chunk by what makes it: the scenes from `startIndex`, as many as the backend takes at once. */
export interface ChunkName {
  readonly phase: Kind;
  readonly startIndex: number;
}
/** A sound or a picture that is to be made by itself. */
export interface WantedPiece {
  readonly kind: Kind;
  readonly index: number;
  /** The existing piece to replace. */
  readonly replaces: string | null;
  /** The prompt that replaces the one of the scene. */
  readonly prompt?: string | undefined;
}
/** The reply to a submitted piece: its result, or when to ask again. */
export type Submission =
  | { readonly status: "processing"; readonly retryAfterMs?: number }
  | { readonly status: "complete"; readonly retryAfterMs?: undefined; readonly scene: Scene };
export interface Finished {
  readonly creditsUsed: number;
  readonly totalTimeMs: number;
}
type Call = Pick<CallOptions, "signal" | "idempotencyKey">;
type Body = { readonly phase: string } & Record<string, unknown>;

const ENDPOINT = "/api/generate";
const MINUTE = 60_000;
const TIMEOUT: Record<string, number> = { script: 3 * MINUTE, audio: 5 * MINUTE, images: 8 * MINUTE };
const timeoutOf = ({ phase }: Body): number => TIMEOUT[phase] ?? 2 * MINUTE;

function generate<Reply>(kind: string, label: string, body: Body, { signal, idempotencyKey }: Call): Promise<Reply> {
  const { fetch, until, shown } = trackCall(kind, label);
  return until(
    callPhase<Reply>(ENDPOINT, body, {
      signal,
      idempotencyKey,
      retry: shown(RETRY),
      timeout: timeoutOf(body),
      fetch,
      waitOnline: true,
    }),
  );
}

export function writeScript(
  { text, title }: { readonly text: string; readonly title: string | undefined },
  call: Call,
): Promise<Script> {
  return generate("script", "Script", { phase: "script", text, title }, call);
}

/** The key names the chunk, not the attempt: a resumed run gets the reply that was lost, and pays nothing for it. */
export function makeChunk(
  { projectId, generationId }: Script,
  { phase, startIndex }: ChunkName,
  signal: AbortSignal,
): Promise<Chunk> {
  const start = phase === "audio" ? { audioStartIndex: startIndex } : { imageStartIndex: startIndex };
  return generate(
    phase,
    phase === "audio" ? `Audio of scene ${startIndex + 1}` : `Images from scene ${startIndex + 1}`,
    { phase, projectId, generationId, ...start },
    { signal, idempotencyKey: `${generationId}/${phase}/${startIndex}` },
  );
}

export function finalize({ projectId, generationId }: Script, signal: AbortSignal): Promise<Finished> {
  return generate(
    "finalize",
    "Finalize",
    { phase: "finalize", projectId, generationId },
    { signal, idempotencyKey: `${generationId}/finalize` },
  );
}

export async function remakePiece(
  script: Script,
  piece: WantedPiece,
  { signal }: Pick<TaskContext, "signal">,
): Promise<Scene> {
  const body = { phase: piece.kind === "audio" ? "regenerate_audio" : "regenerate_image", ...nameOf(script, piece) };
  const { scene } = await generate<{ scene: Scene }>("regenerate", labelOf(piece), body, {
    signal,
    idempotencyKey: wishOf(script, piece, body),
  });
  return scene;
}

const MOST_ASKS = 180;

/**
 * The later mode of the backend: submitting again, under the same key, is how it is asked. All of it is one call of the
 * timeline.
 */
export function submission(script: Script, piece: WantedPiece) {
  const { fetch, until, shown } = trackCall(piece.kind, labelOf(piece));
  const body = { phase: piece.kind === "audio" ? "submit_audio" : "submit_image", ...nameOf(script, piece) };
  const timing = { timeout: timeoutOf(body), retry: shown(RETRY), waitOnline: true };
  const call = { idempotencyKey: wishOf(script, piece, body), fetch, ...timing };
  const ask = ({ signal, attempt }: TaskContext): Promise<Submission> => {
    if (attempt > MOST_ASKS) throw new Error(`The server has not finished after ${MOST_ASKS} requests.`);
    return callPhase<Submission>(ENDPOINT, body, { ...call, signal });
  };
  return { ask, until };
}

const nameOf = ({ projectId }: Script, { index, prompt }: WantedPiece) => ({
  projectId,
  sceneIndex: index,
  ...(prompt !== undefined && { prompt }),
});
const labelOf = ({ kind, index }: WantedPiece): string =>
  `${kind === "audio" ? "Audio" : "Image"} of scene ${index + 1}`;

/** A wish, by what it is to replace: asked again it is the same one, also in a later run, until it has come true. */
const wishOf = ({ generationId }: Script, { index, replaces, prompt }: WantedPiece, { phase }: Body): string =>
  `${generationId}/${phase}/${index}/${replaces ?? "first"}${prompt === undefined ? "" : `/${hash(prompt)}`}`;

const hash = (text: string): string =>
  [...text].reduce((sum, character) => (Math.imul(sum, 31) + character.codePointAt(0)!) >>> 0, 7).toString(36);

export function getProject({ projectId }: Script, signal: AbortSignal): Promise<Project> {
  return callPhase<Project>(`/api/projects/${encodeURIComponent(projectId)}`, undefined, {
    method: "GET",
    signal,
    waitOnline: true,
  });
}
