import { type Ref, useId } from "react";
import type { Problem } from "recipes/videos/document";
import { examples } from "recipes/videos/examples";
import { Select } from "../ui";
import styles from "./videos.module.css";

interface YamlEditorProps {
  readonly field: Ref<HTMLTextAreaElement>;
  readonly yaml: string;
  readonly problems: readonly Problem[];
  readonly onChange: (yaml: string) => void;
}

const OWN = "own";
const choices = examples.map(({ id, title }) => [id, title] as const);

/** The pipeline as a text, and what is wrong with it. */
export function YamlEditor({ field, yaml, problems, onChange }: YamlEditorProps) {
  const id = useId();
  const chosen = examples.find((example) => example.yaml === yaml)?.id ?? OWN;
  return (
    <>
      <Select
        name="example"
        label="Example"
        value={chosen}
        options={chosen === OWN ? [...choices, [OWN, "Your own"]] : choices}
        onChange={(choice) => onChange(examples.find((example) => example.id === choice)?.yaml ?? yaml)}
      />
      <div className="stack">
        <label htmlFor={`${id}-yaml`}>Pipeline (YAML)</label>
        <textarea
          id={`${id}-yaml`}
          ref={field}
          className={styles.yaml}
          data-testid="yaml"
          rows={22}
          spellCheck={false}
          wrap="off"
          value={yaml}
          aria-invalid={problems.length > 0}
          aria-describedby={`${id}-problems ${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        />
        <ul className={`stack ${styles.problems}`} id={`${id}-problems`} data-testid="problems" aria-live="polite">
          {problems.map(({ line, message }) => (
            <li key={`${line} ${message}`} className="field-problem">
              Line {line}: {message}
            </li>
          ))}
        </ul>
        <p className="muted" id={`${id}-hint`}>
          The server rejects and refunds a video whose motion prompt mentions a knife or blood. The other videos
          continue.
        </p>
      </div>
    </>
  );
}
