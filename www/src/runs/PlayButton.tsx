import { createStore } from "recipes/shared/store";
import type { AudioVoice } from "recipes/storyboard/api";
import { Icon } from "../Icon";
import { useStore } from "../store";

/** One sound at a time for the whole page: starting one ends the other. */
let audio: HTMLAudioElement | undefined;
/** The address of what is played. When nobody is left who could stop it, it ends. */
const playing = createStore<string | undefined>(undefined, () => stop);

function stop(): void {
  audio?.pause();
  audio = undefined;
  if (playing.get() !== undefined) playing.set(undefined);
}

function play(url: string): void {
  stop();
  const fresh = new Audio(url);
  const ended = (): void => void (audio === fresh && stop());
  fresh.addEventListener("ended", ended);
  fresh.addEventListener("error", ended);
  audio = fresh;
  playing.set(url);
  fresh.play().catch(ended);
}

/** Plays the audio of `name`, or stops it. Shows its length, such as "0:04". */
export function PlayButton({ url, seconds, name }: { url: string; seconds: number; name: string }) {
  const isPlaying = useStore(playing, (current) => current === url);
  const whole = Math.max(1, Math.round(seconds));
  const length = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return (
    <button
      type="button"
      className="button small play"
      aria-pressed={isPlaying}
      aria-label={`Play ${name}, ${length}`}
      onClick={() => (isPlaying ? stop() : play(url))}
    >
      <Icon name={isPlaying ? "pause" : "play"} />
      {length}
    </button>
  );
}

/** Returns the voice of an audio track in words. */
export function sayVoice(voice: AudioVoice | null | undefined): string | undefined {
  if (!voice) return undefined;
  return voice.name === "melody" ? "Melody (no voice available)" : `Voice: ${voice.name}, ${voice.language}`;
}
