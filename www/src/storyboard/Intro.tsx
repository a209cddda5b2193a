import { useState } from "react";
import { Icon, type IconName } from "../Icon";
import { Button, Code } from "../ui";
import styles from "./storyboard.module.css";

const REPOSITORY = "https://github.com/sluicegate/sluicegate";

const INSTALL = "npm install sluicegate";

/** The calls of this page without its texts: what is copied runs as it is. */
const CODE = `import { callPhase, settleWithConcurrency } from "sluicegate";

const api = (body, options) => callPhase("/api/generate", body, options);
const text = "A girl lit the lamp. In the morning the sailor came home.";
const { projectId, sceneCount } = await api({ phase: "script", text });
const { values } = await settleWithConcurrency([...Array(sceneCount).keys()], 2, (sceneIndex, _, context) => {
  const { signal, idempotencyKey } = context;
  return api({ phase: "regenerate_image", projectId, sceneIndex }, { signal, idempotencyKey });
});
console.log(values.map(({ scene }) => scene.imageUrl));`;

/** Says what the package is, and how to use it. */
export function Intro() {
  return (
    <section className={`stack ${styles.about}`} aria-labelledby="intro-heading">
      <h2 id="intro-heading">sluicegate runs AI generation calls from the browser</h2>
      <p>
        It limits concurrency, retries failed calls, and can cancel and resume a run. No result is paid for twice. This
        page is a demo with a local server.
      </p>
      <CopyableCode code={INSTALL} name="install command" />
      <details>
        <summary>The calls of this page in ten lines</summary>
        <CopyableCode code={CODE} name="code" />
      </details>
      <p className="row">
        <a href={`${REPOSITORY}#readme`}>Documentation</a>
        <a href={REPOSITORY}>Source code</a>
      </p>
    </section>
  );
}

/** Shows code, and copies it. Where the clipboard is blocked, the code can still be selected. */
function CopyableCode({ code, name }: { code: string; name: string }) {
  const [label, setLabel] = useState("Copy");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      setLabel("Copied");
    } catch {
      setLabel("Select and copy");
    }
  };
  return (
    <div className={`row ${styles.copyable}`}>
      <Code>{code}</Code>
      <Button className="small" aria-label={`${label}: ${name}`} onClick={() => void copy()}>
        {label}
      </Button>
    </div>
  );
}

const steps: readonly { icon: IconName; name: string; what: string }[] = [
  { icon: "brush", name: "Script", what: "Splits the text into scenes." },
  { icon: "voice", name: "Audio", what: "Generates a voice track for each scene." },
  { icon: "picture", name: "Images", what: "Generates an image for each scene." },
  { icon: "check", name: "Finalize", what: "Charges the credits once." },
];

/** Explains the storyboard before the first start. */
export function EmptyBoard() {
  return (
    <ol className={`panel ${styles.steps}`}>
      {steps.map(({ icon, name, what }) => (
        <li key={name} className="stack">
          <Icon name={icon} />
          <strong>{name}</strong>
          <span className="muted">{what}</span>
        </li>
      ))}
    </ol>
  );
}
