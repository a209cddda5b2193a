/** One sound at a time for the whole page: starting one ends the other. */

import { createStore } from "recipes/shared/store";
import type { AudioVoice } from "recipes/storyboard/api";
import { useStore } from "../store";

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

/** Returns a length as a player shows it, such as "0:04". */
export function sayLength(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function usePlayer(url: string | null): { isPlaying: boolean; toggle: () => void } {
  const isPlaying = useStore(playing, (current) => url !== null && current === url);
  return { isPlaying, toggle: () => (isPlaying || url === null ? stop() : play(url)) };
}

/** Returns the voice of an audio track in words. */
export function sayVoice(voice: AudioVoice | null | undefined): string | undefined {
  if (!voice) return undefined;
  return voice.name === "melody" ? "Melody (no voice available)" : `Voice: ${voice.name}, ${voice.language}`;
}
