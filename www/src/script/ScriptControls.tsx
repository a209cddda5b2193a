import { type Choice, ideas, keyCounts, keysOf, paces, styles } from "recipes/script/choice";
import { batchesOf, batchSizeOf, batchSizes, lengths, sceneCount } from "recipes/script/plan";
import type { BatchSize } from "recipes/script/types";
import { Select } from "../ui";
import { useRefused } from "./refused";

interface ScriptControlsProps {
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

const sizeText: Record<BatchSize, string> = {
  3: "3: more context",
  5: "5",
  10: "10: faster, more API keys",
  keys: "One per API key",
};
const paceText: Record<string, string> = { 1: "Real time, 8 s per scene", 0.1: "10 times faster" };
const sayPace = (pace: number): string => paceText[pace] ?? `${Math.round(1 / pace)} times faster`;
const sayLength = (minutes: number): string => `${count(minutes, "minute", "minutes")}: ${sceneCount(minutes)} scenes`;
const count = (many: number, name: string, plural: string): string => `${many} ${many === 1 ? name : plural}`;

/** Controls to use before a start, and the scene that the server refuses. */
export function ScriptControls({ choice, onChange }: ScriptControlsProps) {
  const refused = useRefused();
  const scenes = sceneCount(choice.minutes);
  const batches = batchesOf(scenes, batchSizeOf(choice)).length;
  const set = (part: Partial<Choice>): void => onChange({ ...choice, ...part });
  // In the second batch, where there is one.
  const early = Math.min(scenes, batchSizeOf(choice) + 3);
  const refusable = [...new Set([early, scenes, refused.scene ?? early])].sort((a, b) => a - b);
  const select = <K extends "idea" | "style" | "minutes" | "batchSize" | "pace">(
    name: string,
    label: string,
    key: K,
    values: readonly Choice[K][],
    say: (value: Choice[K]) => string = String,
  ) => (
    <Select
      name={name}
      label={label}
      value={choice[key]}
      options={values.map((value) => [value, say(value)])}
      onChange={(value) => set({ [key]: value })}
    />
  );
  return (
    <>
      {select("idea", "Idea", "idea", ideas)}
      {select("style", "Style", "style", styles)}
      {select("minutes", "Length of the video", "minutes", lengths, sayLength)}
      {select("batch-size", "Scenes per batch", "batchSize", batchSizes, (size) => sizeText[size])}
      <Select
        name="api-keys"
        label="API keys"
        value={choice.apiKeys.length}
        options={keyCounts.map((keys) => [keys, keys])}
        onChange={(keys) => set({ apiKeys: keysOf(keys) })}
        about="Each request uses the next key. A key allows two concurrent requests."
      />
      {select("pace", "Pace", "pace", [...new Set([...paces, choice.pace])], sayPace)}
      {refused.scene !== undefined && (
        <Select
          name="refused"
          label="Rejected scene"
          value={refused.scene ?? ""}
          options={[["", "No scene"], ...refusable.map((scene) => [scene, `Scene ${scene}`] as const)]}
          onChange={(scene) => refused.refuse(scene || null)}
          about="The server rejects this scene until you choose “No scene”."
        />
      )}
      <p className="muted" data-testid="plan">
        {`${scenes} scenes in ${count(batches, "batch", "batches")}`}
      </p>
    </>
  );
}
