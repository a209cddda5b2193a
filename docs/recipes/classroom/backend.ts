/** Requests and replies of the classroom backend. */

import { trackCall } from "../shared/calls";
import type { AudioVoice } from "../storyboard/api";

/** The calls of one scene, in their order. */
export const stages = ["scene-content", "scene-actions", "speech"] as const;
export type Stage = (typeof stages)[number];

export interface Outline {
  readonly id: string;
  readonly type: "slide" | "quiz" | "interactive";
  readonly title: string;
  readonly description: string;
  readonly keyPoints: readonly string[];
  readonly order: number;
}
export interface Content {
  readonly layout: string;
  readonly elements: readonly { readonly id: string; readonly type: string; readonly text: string }[];
  readonly remark: string;
}
export interface Scene {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
  readonly actions: readonly { readonly id: string; readonly type: string; readonly text?: string }[];
}
/** The speech of a scene, which the next scene continues. */
export type Speeches = readonly string[];
interface Speech {
  readonly audioUrl: string;
  readonly audioSeconds: number;
  readonly audioVoice?: AudioVoice;
}
export interface Replies {
  readonly "scene-content": { readonly success: true; readonly content: Content; readonly effectiveOutline: Outline };
  readonly "scene-actions": { readonly success: true; readonly scene: Scene; readonly previousSpeeches: Speeches };
  readonly speech: { readonly success: true } & Speech;
}
/** A scene that is complete, and what it took up. */
export interface Taught extends Speech {
  readonly scene: Scene;
  readonly heard: Speeches;
  readonly said: Speeches;
}
export interface Lesson {
  readonly stageId: string;
  readonly outlines: readonly Outline[];
  /** Number of contents to request at once; 1 is serial. */
  readonly contentAhead: number;
  /** Multiplies the waits between attempts, as the server's multiplies its work. */
  readonly pace: number;
}

/** Fields that a failure may have. */
export interface Told {
  readonly status?: number;
  readonly body?: { readonly isRetryable?: boolean };
}

/** The model had nothing to say, and the backend calls it a success. */
export class EmptySuccess extends Error {
  override readonly name = "EmptySuccess";
  readonly status = 200;
}

const product = { "scene-content": "content", "scene-actions": "scene", speech: "audioUrl" } as const;

/** The reply, if there is something in it. */
export function unlessEmpty<S extends Stage>(stage: S, reply: Replies[S]): Replies[S] {
  const made: unknown = (reply as unknown as Record<string, unknown>)[product[stage]];
  if (Object.keys(made ?? {}).length > 0) return reply;
  throw new EmptySuccess(`The server returned empty ${stageNames[stage].toLowerCase()}.`);
}

export const stageNames: Readonly<Record<Stage, string>> = {
  "scene-content": "Content",
  "scene-actions": "Actions",
  speech: "Speech",
};

export const labelOf = ({ order, title }: Outline): string => `${order}. ${title}`;

/** Credits of a scene, as the demo server charges them. */
export const PRICE = 6;

/** Notes the requests of a call for the timeline. */
export const track = (stage: Stage, outline: Outline) => trackCall(stage, labelOf(outline));

/** As the operator has set it: content ahead of its turn is off unless it is asked for. */
export interface Settings {
  readonly parallelSceneConcurrency: number;
  readonly pace: number;
}
export interface Account {
  readonly charged: number;
  readonly refunded: number;
}

async function get<Reply>(path: string, signal: AbortSignal): Promise<Reply> {
  const response = await fetch(`/api/classroom${path}`, { signal });
  if (!response.ok) throw new Error(`The server returned status ${response.status}`);
  return response.json() as Promise<Reply>;
}

export const readSettings = (signal: AbortSignal): Promise<Settings> => get("", signal);
export const readAccount = (stageId: string, signal: AbortSignal): Promise<Account> =>
  get(`/account/${stageId}`, signal);
