import { newKey, type ChunkName, type Finished, type Kind, type Script, type Tale } from "./api";

/** One text on its way to a storyboard, and how far it came: what a later run goes on from. */
export interface Job extends Tale {
  script?: Script;
  finished?: Finished;
  /** Where each phase goes on; Infinity when it has come to its end. */
  readonly next: Record<Kind, number>;
  /** The chunk that was asked for last and not answered. */
  open?: ChunkName | undefined;
}

export const newJob = (text: string, title?: string): Job => ({ text, title, key: newKey(), next: { audio: 0, images: 0 } });
