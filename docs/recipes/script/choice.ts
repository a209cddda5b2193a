/** The choices on the page. */
import type { Video } from "./types";

export type Choice = Video;

export const ideas = [
  "A lamp that nobody lights burns every night",
  "A boat comes home a year too late",
  "The map shows an island that is not there",
] as const;
export const styles = ["Ink and wash", "Documentary", "Fairy tale"] as const;
export const keyCounts = [1, 2, 3, 5, 8, 10] as const;
export const paces = [1, 0.1] as const;

const USUAL_KEYS = 5;

export const keysOf = (count: number): string[] => Array.from({ length: count }, (_, n) => `demo-key-${n + 1}`);

/** Another pace can be asked for in the address: ?pace=0.01 */
export function firstChoice(search: string): Choice {
  const asked = Number(new URLSearchParams(search).get("pace"));
  const pace = asked > 0 && asked <= 1 ? asked : 0.1;
  return { idea: ideas[0], style: styles[0], minutes: 10, batchSize: 5, apiKeys: keysOf(USUAL_KEYS), pace };
}
