import { Select } from "../Select";
import { type Choice, ideas, keyCounts, keysOf, paces, styles } from "./choice";
import { batchesOf, batchSizeOf, batchSizes, lengths, sceneCount } from "./plan";
import type { useRefused } from "./refused";
import type { BatchSize } from "./types";

interface ScriptControlsProps {
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
  readonly refused: ReturnType<typeof useRefused>;
}

const sizeText: Record<BatchSize, string> = {
  3: "3: more context",
  5: "5",
  10: "10: faster, more API keys",
  keys: "One per API key",
};
const paceText: Record<string, string> = { 1: "Real time, 8 s per scene", 0.1: "10 times faster" };

/** Controls to use before a start, and the scene that the server refuses. */
export function ScriptControls({ choice, onChange, refused }: ScriptControlsProps) {
  const scenes = sceneCount(choice.minutes);
  const batches = batchesOf(scenes, batchSizeOf(choice)).length;
  const set = (part: Partial<Choice>): void => onChange({ ...choice, ...part });
  // In the second batch, where there is one.
  const early = Math.min(scenes, batchSizeOf(choice) + 3);
  const refusable = [...new Set([early, scenes, refused.scene ?? early])]
    .sort((a, b) => a - b)
    .map((value) => ({ value, text: `Scene ${value}` }));
  return (
    <>
      <Select name="idea" label="Idea" value={choice.idea} options={ideas} onChange={(idea) => set({ idea })} />
      <Select name="style" label="Style" value={choice.style} options={styles} onChange={(style) => set({ style })} />
      <Select
        name="minutes"
        label="Length of the video"
        value={choice.minutes}
        options={lengths.map((value) => ({
          value,
          text: `${value} ${value === 1 ? "minute" : "minutes"}: ${sceneCount(value)} scenes`,
        }))}
        onChange={(minutes) => set({ minutes })}
      />
      <Select
        name="batch-size"
        label="Scenes per batch"
        value={choice.batchSize}
        options={batchSizes.map((value) => ({ value, text: sizeText[value] }))}
        onChange={(batchSize) => set({ batchSize })}
      />
      <Select
        name="api-keys"
        label="API keys"
        value={choice.apiKeys.length}
        options={keyCounts}
        onChange={(count) => set({ apiKeys: keysOf(count) })}
        about="Each request uses the next key. A key allows two concurrent requests."
      />
      <Select
        name="pace"
        label="Pace"
        value={choice.pace}
        options={[...new Set([...paces, choice.pace])].map((value) => ({
          value,
          text: paceText[value] ?? `${Math.round(1 / value)} times faster`,
        }))}
        onChange={(pace) => set({ pace })}
      />
      {refused.scene !== undefined && (
        <Select
          name="refused"
          label="Rejected scene"
          value={refused.scene}
          options={[{ value: null, text: "No scene" }, ...refusable]}
          onChange={refused.refuse}
          about="The server rejects this scene until you choose “No scene”."
        />
      )}
      <p
        className="muted"
        data-testid="plan"
      >{`${scenes} scenes in ${batches} ${batches === 1 ? "batch" : "batches"}`}</p>
    </>
  );
}
