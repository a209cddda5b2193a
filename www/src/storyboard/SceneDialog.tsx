import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "../Icon";
import type { BoardScene } from "./board";
import styles from "./storyboard.module.css";

interface SceneDialogProps {
  readonly scene: BoardScene;
  /** Whether single images cannot be generated at present. */
  readonly locked: boolean;
  readonly onRegenerate: (prompt: string) => void;
  readonly onClose: () => void;
}

/** Shows the image of a scene enlarged, with its prompt to edit. */
export function SceneDialog({ scene, locked, onRegenerate, onClose }: SceneDialogProps) {
  const id = useId();
  const number = scene.index + 1;
  const [prompt, setPrompt] = useState(scene.visualPrompt);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby={`${id}-title`} onClose={onClose}>
      <h2 id={`${id}-title`}>{`Image of scene ${number}`}</h2>
      {scene.imageUrl !== null && <img src={scene.imageUrl} alt={scene.visualPrompt} />}
      <label htmlFor={`${id}-prompt`}>Prompt</label>
      <textarea
        id={`${id}-prompt`}
        rows={4}
        maxLength={2_000}
        dir="auto"
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
      />
      <div className="row start">
        <button
          type="button"
          className="button primary"
          disabled={locked || prompt.trim() === ""}
          onClick={() => {
            close();
            onRegenerate(prompt);
          }}
        >
          <Icon name="redo" />
          Regenerate for 4 credits
        </button>
        {scene.imageUrl !== null && (
          <a className="button" href={scene.imageUrl} download={`scene-${number}.svg`}>
            Download
          </a>
        )}
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  );
}
