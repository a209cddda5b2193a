import { type Choice, ideas, keyCounts, keysOf, paces, styles } from "recipes/script/choice";
import { batchesOf, batchSizeOf, batchSizes, lengths, sceneCount } from "recipes/script/plan";
import type { BatchSize } from "recipes/script/types";
import { Select } from "../Select";
import type { useRefused } from "./refused";

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
  return (
    <>
      <Select name="idea" label="Idea" value={choice.idea} onChange={(idea) => set({ idea })}>
        {ideas.map((idea) => (
          <option key={idea}>{idea}</option>
        ))}
      </Select>
      <Select name="style" label="Style" value={choice.style} onChange={(style) => set({ style })}>
        {styles.map((style) => (
          <option key={style}>{style}</option>
        ))}
      </Select>
      <Select
        name="minutes"
        label="Length of the video"
        value={choice.minutes}
        onChange={(minutes) => set({ minutes: Number(minutes) })}
      >
        {lengths.map((minutes) => (
          <option key={minutes} value={minutes}>
            {`${minutes} ${minutes === 1 ? "minute" : "minutes"}: ${sceneCount(minutes)} scenes`}
          </option>
        ))}
      </Select>
      <Select
        name="batch-size"
        label="Scenes per batch"
        value={choice.batchSize}
        onChange={(size) => set({ batchSize: batchSizes.find((known) => `${known}` === size)! })}
      >
        {batchSizes.map((size) => (
          <option key={size} value={size}>
            {sizeText[size]}
          </option>
        ))}
      </Select>
      <Select
        name="api-keys"
        label="API keys"
        value={choice.apiKeys.length}
        onChange={(count) => set({ apiKeys: keysOf(Number(count)) })}
        about="Each request uses the next key. A key allows two concurrent requests."
      >
        {keyCounts.map((count) => (
          <option key={count}>{count}</option>
        ))}
      </Select>
      <Select name="pace" label="Pace" value={choice.pace} onChange={(pace) => set({ pace: Number(pace) })}>
        {[...new Set([...paces, choice.pace])].map((pace) => (
          <option key={pace} value={pace}>
            {paceText[pace] ?? `${Math.round(1 / pace)} times faster`}
          </option>
        ))}
      </Select>
      {refused.scene !== undefined && (
        <Select
          name="refused"
          label="Rejected scene"
          value={refused.scene ?? ""}
          onChange={(scene) => refused.refuse(scene === "" ? null : Number(scene))}
          about="The server rejects this scene until you choose “No scene”."
        >
          <option value="">No scene</option>
          {[...new Set([early, scenes, refused.scene ?? early])]
            .sort((a, b) => a - b)
            .map((scene) => (
              <option key={scene} value={scene}>{`Scene ${scene}`}</option>
            ))}
        </Select>
      )}
      <p
        className="muted"
        data-testid="plan"
      >{`${scenes} scenes in ${batches} ${batches === 1 ? "batch" : "batches"}`}</p>
    </>
  );
}
