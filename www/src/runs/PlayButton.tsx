import { createStore } from "recipes/shared/store";
import type { AudioVoice } from "recipes/storyboard/api";
import { useStore } from "../store";
import { Button } from "../ui";

/** One sound at a time for the whole page: starting one ends the other. */
const audio = new Audio();
audio.onended = audio.onerror = stop;
/** The address of what is played. When nobody is left who could stop it, it ends. */
const playing = createStore<string | undefined>(undefined, () => stop);

function stop(): void {
  audio.pause();
  playing.set(undefined);
}

function play(url: string): void {
  audio.src = url;
  playing.set(url);
  // Another sound, or a stop, ends a start by this error.
  audio.play().catch(({ name }) => name === "AbortError" || stop());
}

/** Plays the audio of `name`, or stops it. Shows its length, such as "0:04". */
export function PlayButton({ url, seconds, name }: { url: string; seconds: number; name: string }) {
  const isPlaying = useStore(playing, (current) => current === url);
  const whole = Math.max(1, Math.round(seconds));
  const length = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return (
    <Button
      icon={isPlaying ? "pause" : "play"}
      className="small play"
      aria-pressed={isPlaying}
      aria-label={`Play ${name}, ${length}`}
      onClick={() => (isPlaying ? stop() : play(url))}
    >
      {length}
    </Button>
  );
}

/** Returns the voice of an audio track in words. */
export function sayVoice(voice: AudioVoice | null | undefined): string | undefined {
  if (!voice) return undefined;
  return voice.name === "melody" ? "Melody (no voice available)" : `Voice: ${voice.name}, ${voice.language}`;
}
