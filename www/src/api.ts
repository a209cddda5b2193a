/** The generation backend: one endpoint, `phase` in the body, and a quick look at what it has so far. */
import { callPhase, type CallOptions } from "sluicegate";
import { trackCall, type Lane } from "./calls";

/** The two things that a scene gets, each made in a phase of its own. */
export type Kind = "audio" | "images";

export interface Scene {
  readonly index: number;
  readonly narration: string;
  readonly visualPrompt: string;
  readonly imageUrl: string | null;
  readonly audioUrl: string | null;
  readonly audioSeconds: number | null;
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
  /** What is there already, to be replaced. */
  readonly replaces: string | null;
}
export interface Finished {
  readonly creditsUsed: number;
  readonly totalTimeMs: number;
}
/** A text that is to be told, with the key under which its script is made and charged once. */
export interface Tale {
  readonly text: string;
  readonly title: string | undefined;
  readonly key: string;
}
type Call = Pick<CallOptions, "signal" | "idempotencyKey">;

const RETRY = { attempts: 6, minDelay: 500, maxDelay: 8_000 };
const MINUTE = 60_000;
const TIMEOUT: Record<Lane, number> = {
  script: 3 * MINUTE,
  audio: 5 * MINUTE,
  images: 8 * MINUTE,
  finalize: 2 * MINUTE,
  regenerate: 2 * MINUTE,
};

function generate<Reply>(lane: Lane, label: string, body: object, { signal, idempotencyKey }: Call): Promise<Reply> {
  const { fetch, until } = trackCall(lane, label);
  return until(callPhase<Reply>("/api/generate", body, { signal, idempotencyKey, retry: RETRY, timeout: TIMEOUT[lane], fetch }));
}

export function writeScript({ text, title, key }: Tale, signal: AbortSignal): Promise<Script> {
  return generate("script", "Script", { phase: "script", text, title }, { signal, idempotencyKey: key });
}

/** The key names the chunk, not the attempt: a resumed run gets the reply that was lost, and pays nothing for it. */
export function makeChunk({ projectId, generationId }: Script, { phase, startIndex }: ChunkName, signal: AbortSignal): Promise<Chunk> {
  const start = phase === "audio" ? { audioStartIndex: startIndex } : { imageStartIndex: startIndex };
  return generate(
    phase,
    phase === "audio" ? `Sound of scene ${startIndex + 1}` : `Pictures from scene ${startIndex + 1}`,
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

/** A missing piece is made once however often it is asked for; to replace one is a new wish every time. */
export async function remakePiece(script: Script, { kind, index, replaces }: WantedPiece, call: Call): Promise<Scene> {
  const { scene } = await generate<{ scene: Scene }>(
    "regenerate",
    `${kind === "audio" ? "Sound" : "Picture"} of scene ${index + 1}`,
    { phase: kind === "audio" ? "regenerate_audio" : "regenerate_image", projectId: script.projectId, sceneIndex: index },
    {
      signal: call.signal,
      idempotencyKey: replaces === null ? `${script.generationId}/${kind}/single/${index}` : call.idempotencyKey,
    },
  );
  return scene;
}

export function getProject({ projectId }: Script, signal: AbortSignal): Promise<Project> {
  return callPhase<Project>(`/api/projects/${encodeURIComponent(projectId)}`, undefined, { method: "GET", signal });
}

/** Also where crypto.randomUUID is missing: a page served over plain HTTP from another machine. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join("-");
}
