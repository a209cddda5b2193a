/** The types of the writing service. */

export interface Character {
  readonly name: string;
  readonly role: string;
  readonly visual_identity: string;
}

/** The data that precedes the scenes. */
export interface Metadata {
  readonly script_id: string;
  readonly title_tgt: string;
  readonly hook_summary: string;
  readonly character_bible: readonly Character[];
  readonly outline_tgt: string;
  readonly credits: number;
}

/** A scene that is to be written. */
export interface ScenePlan {
  readonly scene_num: number;
  readonly total_scenes: number;
  /** In seconds. */
  readonly duration: number;
}

export interface Scene {
  readonly scene_num: number;
  readonly duration: number;
  readonly prompt_tgt: string;
  readonly characters: readonly string[];
  readonly location: string;
  readonly time_of_day: string;
  readonly emotion: string;
  readonly story_beat: string;
  readonly transition_from_previous: string;
  readonly credits: number;
}

export interface Script extends Metadata {
  readonly scenes: readonly Scene[];
}

/** "keys" is as many as there are API keys. */
export type BatchSize = 3 | 5 | 10 | "keys";

/** The request of a user. */
export interface Video {
  readonly idea: string;
  readonly style: string;
  readonly minutes: number;
  readonly batchSize: BatchSize;
  /** Taken in turn, one a request. */
  readonly apiKeys: readonly string[];
  /** Multiplies all times, the server's too: 1 is as in reality. */
  readonly pace: number;
}

/** The outputs of the phases. */
export interface Outputs {
  video: Video;
  count: number;
  plan: ScenePlan[];
  metadata: Metadata;
  scenes: readonly Scene[];
  /** Breaks of continuity between scenes. */
  continuity: string[];
  /** The scenes, with everybody looking the same in each. */
  characters: Scene[];
  script: Script;
}
