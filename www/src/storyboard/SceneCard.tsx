import type { Kind } from "../api";
import { Icon } from "../Icon";
import type { BoardScene, Piece } from "./board";
import { usePlayer } from "./player";
import { urlOf } from "./record";
import { pieceIcon, pieceText } from "./status";

interface SceneCardProps {
  readonly scene: BoardScene;
  /** While the pipeline writes the whole record, single pieces cannot be made. */
  readonly locked: boolean;
  readonly onRegenerate: (kind: Kind, index: number) => void;
}

export function SceneCard({ scene, locked, onRegenerate }: SceneCardProps) {
  const { audio, images } = scene.pieces;
  const number = scene.index + 1;
  return (
    <li className="scene" data-testid={`scene-${scene.index}`} data-image={images.state} data-audio={audio.state}>
      <Picture scene={scene} piece={images} />
      <div className="scene-body">
        <h3>Scene {number}</h3>
        <p className="narration">{scene.narration}</p>
        <div className="pieces">
          <PieceRow kind="audio" name="Sound" scene={scene} locked={locked} onRegenerate={onRegenerate} />
          <PieceRow kind="images" name="Picture" scene={scene} locked={locked} onRegenerate={onRegenerate} />
        </div>
      </div>
    </li>
  );
}

function Picture({ scene, piece }: { scene: BoardScene; piece: Piece }) {
  return (
    <div className="picture" data-state={piece.state}>
      {scene.imageUrl !== null && <img src={scene.imageUrl} alt={scene.visualPrompt} decoding="async" />}
      {piece.state !== "done" && (
        <span className="picture-state">
          <Icon name={pieceIcon[piece.state]} />
          {pieceText("images", piece.state)}
        </span>
      )}
    </div>
  );
}

function PieceRow({ kind, name, scene, locked, onRegenerate }: SceneCardProps & { kind: Kind; name: string }) {
  const piece = scene.pieces[kind];
  const underWay = piece.state === "running" || piece.asked === true;
  const action = piece.state === "failed" ? "Try again" : urlOf(scene, kind) === null ? "Make" : "Redo";
  return (
    <div className="piece">
      <span className="piece-name">{name}</span>
      {kind === "audio" && scene.audioUrl !== null && piece.state === "done" ? (
        <PlayButton scene={scene} />
      ) : (
        <span className={`piece-state ${piece.state}`}>
          <Icon name={kind === "audio" && piece.state === "running" ? "voice" : pieceIcon[piece.state]} />
          {pieceText(kind, piece.state)}
        </span>
      )}
      <button
        type="button"
        className="button small"
        data-testid={`regenerate-${kind === "audio" ? "audio" : "image"}-${scene.index}`}
        disabled={locked || underWay}
        aria-label={`${action}: ${name.toLowerCase()} of scene ${scene.index + 1}`}
        onClick={() => onRegenerate(kind, scene.index)}
      >
        <Icon name="redo" />
        {action}
      </button>
      {piece.failure !== undefined && <p className="piece-failure">{piece.failure.message}</p>}
    </div>
  );
}

function PlayButton({ scene }: { scene: BoardScene }) {
  const { isPlaying, toggle } = usePlayer(scene.audioUrl);
  const seconds = Math.max(1, Math.round(scene.audioSeconds ?? 0));
  return (
    <button
      type="button"
      className="button small play"
      aria-pressed={isPlaying}
      aria-label={`Play scene ${scene.index + 1}, ${seconds} seconds`}
      onClick={toggle}
    >
      <Icon name={isPlaying ? "pause" : "play"} />
      {`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`}
    </button>
  );
}
