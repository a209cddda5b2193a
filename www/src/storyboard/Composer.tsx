import { type FormEvent, useId, useRef, useState } from "react";
import { sayLimit } from "recipes/shared/limiter";
import { stories } from "recipes/storyboard/stories";
import type { StoryInput, Way } from "recipes/storyboard/story";
import { useShortage } from "../runs/SystemPage";
import { Select } from "../ui";
import { isRunning } from "./board";
import { LEAST_COST } from "./progress";
import type { Storyboard } from "./useStoryboard";

const OWN = "own";
/** Largest text in a request, in bytes. */
const MOST_BYTES = 250_000;

const ways: readonly { name: Way; label: string; about: string }[] = [
  { name: "concurrent", label: "Concurrent calls", about: "Generates three audio tracks and two images at a time." },
  { name: "chunks", label: "Chunks", about: "Generates one chunk after another. Each call returns several scenes." },
  {
    name: "submissions",
    label: "Asynchronous backend",
    about: "The server replies before the work is done. The page asks again until the result is ready.",
  },
];

/** Another backend can be chosen in the address: `?backend=chunks`. */
function firstWay(): Way {
  const asked = new URLSearchParams(location.search).get("backend");
  return ways.find(({ name }) => name === asked)?.name ?? "concurrent";
}

function whatIsWrong(text: string): string | undefined {
  if (text.trim() === "") return "The text is empty. Choose a story or paste your own.";
  if (!/[\p{L}\p{N}]/u.test(text)) return "The text has no words.";
  const bytes = new Blob([text]).size;
  if (bytes > MOST_BYTES) return `The text is too long: ${Math.ceil((100 * bytes) / MOST_BYTES)} % of the limit.`;
  return undefined;
}

interface ComposerProps {
  readonly storyboard: Storyboard;
  readonly onGenerate: (input: StoryInput) => void;
}

export function Composer({ storyboard: { board, isElsewhere, recovery }, onGenerate }: ComposerProps) {
  const running = isRunning(board.status);
  const [text, setText] = useState(recovery.past?.input.text ?? stories[0].text);
  const [way, setWay] = useState<Way>(firstWay);
  const [problem, setProblem] = useState<string>();
  const { said: short, isBroke } = useShortage(LEAST_COST);
  const isBusy = running || isElsewhere || isBroke;
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const story = stories.find((candidate) => candidate.text === text);

  const change = (next: string): void => {
    setText(next);
    setProblem(undefined);
  };

  const choose = (choice: string): void => {
    change(stories.find((candidate) => candidate.id === choice)?.text ?? "");
    if (choice === OWN) field.current?.focus();
  };

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wrong = whatIsWrong(text);
    setProblem(wrong);
    if (wrong !== undefined) field.current?.focus();
    else if (!isBusy) onGenerate({ text, title: story?.title, way });
  };

  return (
    <form className="panel" onSubmit={submit} noValidate>
      <h1>Turn a story into a storyboard</h1>
      <p className="muted">Generates audio and an image for each scene. Costs 2 credits, plus 5 credits per scene.</p>
      <p className="muted">
        {sayLimit("3 audio tracks and 2 images")} A run can be resumed after a reload, a crash or a visit to another
        page.
      </p>

      <Select
        name="story-select"
        label="Story"
        value={story?.id ?? OWN}
        options={[...stories.map(({ id, title }) => [id, title] as const), [OWN, "Your own text"]]}
        onChange={choose}
      />

      <div className="row">
        <label htmlFor={`${id}-text`}>Text</label>
        <span className="muted" id={`${id}-about`}>
          {story === undefined ? `${text.length.toLocaleString("en")} characters` : story.origin}
        </span>
      </div>
      <textarea
        id={`${id}-text`}
        ref={field}
        data-testid="story-text"
        rows={9}
        dir="auto"
        value={text}
        placeholder="Once upon a time…"
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-about${problem === undefined ? "" : ` ${id}-problem`}`}
        onChange={(event) => change(event.target.value)}
      />
      {problem !== undefined && (
        <p className="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}

      <Select
        name="backend"
        label="Backend"
        value={way}
        options={ways.map(({ name, label }) => [name, label])}
        disabled={isBusy}
        onChange={setWay}
        about={ways.find(({ name }) => name === way)?.about}
      />

      {/* Not disabled: it keeps the focus. */}
      <button type="submit" className="button primary large" data-testid="generate" aria-disabled={isBusy || undefined}>
        {running ? "Generating…" : isElsewhere ? "Open in another tab" : "Generate"}
      </button>
      {short && !running && <p className="field-problem">{short}</p>}
    </form>
  );
}
