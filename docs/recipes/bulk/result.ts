/** The result of the existing bulk generators. */
import type { RunSnapshot } from "sluicegate";
import { toFailure } from "../shared/failure";

export interface SceneResult {
  readonly sceneNumber: number;
  readonly success: boolean;
  readonly url?: string;
  readonly error?: string;
}
export interface BulkResult {
  readonly success: boolean;
  readonly generated: number;
  readonly failed: number;
  readonly results: readonly SceneResult[];
}

/** In input order, without the scenes that had one. It went well when it went through: a cancelled run did not. */
export function toResult(items: RunSnapshot<string>["items"], wentThrough: boolean): BulkResult {
  const results = items.flatMap((item): SceneResult[] => {
    const sceneNumber = Number(item.key);
    // An earlier run has made it.
    if ("restored" in item && item.restored && item.status === "fulfilled") return [];
    if (item.status === "fulfilled") return [{ sceneNumber, success: true, url: item.value }];
    if (item.status === "rejected") return [{ sceneNumber, success: false, error: toFailure(item.reason).message }];
    return item.status === "cancelled" ? [{ sceneNumber, success: false, error: "cancelled" }] : [];
  });
  const generated = results.filter(({ success }) => success).length;
  return { success: wentThrough, generated, failed: results.length - generated, results };
}
