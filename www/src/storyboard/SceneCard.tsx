import { useEffect, useId, useRef, useState } from "react";
import type { Kind } from "recipes/storyboard/api";
import { urlOf } from "recipes/storyboard/record";
import { Icon } from "../Icon";
import { PlayButton, sayVoice } from "../runs/PlayButton";
import { Button } from "../ui";
import type { BoardScene, Piece } from "./board";
import { pieceLooks } from "./status";
import styles from "./storyboard.module.css";

interface SceneCardProps {
  readonly scene: BoardScene;
  /** While the pipeline writes the whole record, single pieces cannot be made. */
  readonly locked: boolean;
  readonly onRegenerate: (kind: Kind, index: number, prompt?: string) => void;
}

export function SceneCard({ scene, locked, onRegenerate }: SceneCardProps) {
  const { audio, images } = scene.pieces;
  const [isOpen, setOpen] = useState(false);
  const number = scene.index + 1;
  return (
    <li className="scene" data-testid={`scene-${scene.index}`} data-image={images.state} data-audio={audio.state}>
      <Picture scene={scene} piece={images} />
      {scene.imageUrl !== null && (
        <Button
          className="small open-image"
          data-testid={`open-${scene.index}`}
          aria-label={`Open image of scene ${number}`}
          onClick={() => setOpen(true)}
        >
          Open image
        </Button>
      )}
      {isOpen && (
        <SceneDialog
          scene={scene}
          locked={locked || images.state !== "done"}
          onRegenerate={onRegenerate}
          onClose={() => setOpen(false)}
        />
      )}
      <div className="scene-body">
        <h3 className="muted">Scene {number}</h3>
        <p className="narration" dir="auto">
          {scene.narration}
        </p>
        <div className="pieces stack">
          <PieceRow kind="audio" name="Audio" scene={scene} locked={locked} onRegenerate={onRegenerate} />
          <PieceRow kind="images" name="Image" scene={scene} locked={locked} onRegenerate={onRegenerate} />
        </div>
      </div>
    </li>
  );
}

function Picture({ scene, piece }: { scene: BoardScene; piece: Piece }) {
  const { icon, text, tone } = pieceLooks[piece.state];
  return (
    <div className="picture" data-state={piece.state}>
      {scene.imageUrl !== null && <img src={scene.imageUrl} alt={scene.visualPrompt} decoding="async" />}
      {piece.state !== "done" && (
        <span className={`picture-state ${tone}`}>
          <Icon name={icon} />
          {text}
        </span>
      )}
    </div>
  );
}

function PieceRow({ kind, name, scene, locked, onRegenerate }: SceneCardProps & { kind: Kind; name: string }) {
  const piece = scene.pieces[kind];
  const look = pieceLooks[piece.state];
  const underWay = piece.state === "running" || piece.asked === true;
  const action = piece.state === "failed" ? "Retry" : urlOf(scene, kind) === null ? "Generate" : "Regenerate";
  return (
    <div className="piece">
      <span className="piece-name muted">{name}</span>
      {kind === "audio" && scene.audioUrl !== null && piece.state === "done" ? (
        <PlayButton url={scene.audioUrl} seconds={scene.audioSeconds ?? 0} name={`scene ${scene.index + 1}`} />
      ) : (
        <span className={`state ${look.tone}`}>
          <Icon name={kind === "audio" && piece.state === "running" ? "voice" : look.icon} />
          {look.text}
        </span>
      )}
      <Button
        icon="redo"
        className="small"
        data-testid={`regenerate-${kind === "audio" ? "audio" : "image"}-${scene.index}`}
        disabled={locked || underWay}
        aria-label={`${action}: ${name.toLowerCase()} of scene ${scene.index + 1}`}
        // The second click of a double click buys nothing: the first one may have moved the buttons.
        onClick={({ detail }) => detail < 2 && onRegenerate(kind, scene.index)}
      >
        {action}
      </Button>
      {kind === "audio" && piece.state === "done" && <small className="muted">{sayVoice(scene.audioVoice)}</small>}
      {piece.failure !== undefined && <p className="field-problem">{piece.failure.message}</p>}
    </div>
  );
}

/** Shows the image of a scene enlarged, with its prompt to edit. */
function SceneDialog({ scene, locked, onRegenerate, onClose }: SceneCardProps & { onClose: () => void }) {
  const id = useId();
  const number = scene.index + 1;
  const [prompt, setPrompt] = useState(scene.visualPrompt);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} className={`panel ${styles.dialog}`} aria-labelledby={`${id}-title`} onClose={onClose}>
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
        <Button
          icon="redo"
          className="primary"
          disabled={locked || prompt.trim() === ""}
          onClick={() => {
            close();
            onRegenerate("images", scene.index, prompt);
          }}
        >
          Regenerate for 4 credits
        </Button>
        {scene.imageUrl !== null && (
          <a className="button" href={scene.imageUrl} download={`scene-${number}.svg`}>
            Download
          </a>
        )}
        <Button onClick={close}>Close</Button>
      </div>
    </dialog>
  );
}
