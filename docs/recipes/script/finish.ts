/**
 * The end of a script: its scenes are checked against each other, and their characters made one.
 */
import type { Metadata, Scene } from "./types";

/** Numbers without a gap, and no hour that runs backwards. */
export function checkContinuity(scenes: readonly Scene[]): string[] {
  const hours = ["Dawn", "Day", "Dusk", "Night"];
  return scenes.flatMap((scene, n) => {
    const before = scenes[n - 1];
    const found: string[] = [];
    if (scene.scene_num !== n + 1) found.push(`Scene ${n + 1} is missing`);
    if (before && hours.indexOf(scene.time_of_day) < hours.indexOf(before.time_of_day))
      found.push(`Scene ${scene.scene_num} is at ${scene.time_of_day.toLowerCase()}, scene ${before.scene_num} later`);
    return found;
  });
}

/** A character looks the same in every scene. */
export function alignCharacters(scenes: readonly Scene[], { character_bible }: Metadata): Scene[] {
  return scenes.map((scene) => {
    const looks = character_bible
      .filter(({ name }) => scene.characters.includes(name))
      .map(({ name, visual_identity }) => `${name}: ${visual_identity}`);
    return looks.length === 0 ? scene : { ...scene, prompt_tgt: `${scene.prompt_tgt} [${looks.join("; ")}]` };
  });
}
