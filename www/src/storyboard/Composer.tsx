import { type FormEvent, useId, useRef, useState } from "react";
import { stories } from "../stories";
import type { Way } from "./story";

const OWN = "own";
/** The most characters that fit into one request, less its other fields. */
const MOST_BYTES = 250_000;

function whatIsWrong(text: string): string | undefined {
  if (text.trim() === "") return "There is no text yet. Choose a story, or paste one of your own.";
  if (!/[\p{L}\p{N}]/u.test(text)) return "There are no words in this text.";
  const bytes = new Blob([text]).size;
  if (bytes > MOST_BYTES)
    return `This text is too long: ${Math.ceil((100 * bytes) / MOST_BYTES)} % of what the server takes.`;
  return undefined;
}

interface ComposerProps {
  readonly running: boolean;
  readonly onGenerate: (text: string, title: string | undefined, way: Way) => void;
}

export function Composer({ running, onGenerate }: ComposerProps) {
  const [text, setText] = useState(stories[0].text);
  const [submits, setSubmits] = useState(false);
  const [problem, setProblem] = useState<string>();
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
    else if (!running) onGenerate(text, story?.title, submits ? "submissions" : "chunks");
  };

  return (
    <form className="panel composer" onSubmit={submit} noValidate>
      <h1>Turn a story into a storyboard</h1>
      <p className="muted">Each scene gets a voice and a picture, a few at a time.</p>

      <label htmlFor={`${id}-story`}>Story</label>
      <select
        id={`${id}-story`}
        data-testid="story-select"
        value={story?.id ?? OWN}
        onChange={(event) => choose(event.target.value)}
      >
        {stories.map((candidate) => (
          <option key={candidate.id} value={candidate.id}>
            {candidate.title}
          </option>
        ))}
        <option value={OWN}>Your own text</option>
      </select>

      <div className="label-row">
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

      <label className="choice">
        <input
          type="checkbox"
          data-testid="submit-and-poll"
          checked={submits}
          disabled={running}
          aria-describedby={`${id}-submits`}
          onChange={(event) => setSubmits(event.target.checked)}
        />
        Submit and poll
      </label>
      <p className="muted choice-about" id={`${id}-submits`}>
        Scene by scene: each call is answered at once, and submitting again asks whether it is done.
      </p>

      <button type="submit" className="button primary large" data-testid="generate" disabled={running}>
        {running ? "Generating…" : "Generate"}
      </button>
    </form>
  );
}
