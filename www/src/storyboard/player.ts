/** One sound at a time for the whole page: starting one ends the other. */
import { useSyncExternalStore } from "react";

let audio: HTMLAudioElement | undefined;
let playing: string | undefined;
const listeners = new Set<() => void>();

function change(url: string | undefined): void {
  playing = url;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    // Nobody is left who could stop it.
    if (listeners.size === 0) stop();
  };
}

function stop(): void {
  audio?.pause();
  audio = undefined;
  if (playing !== undefined) change(undefined);
}

function play(url: string): void {
  stop();
  const fresh = new Audio(url);
  const ended = (): void => {
    if (audio === fresh) stop();
  };
  fresh.addEventListener("ended", ended);
  fresh.addEventListener("error", ended);
  audio = fresh;
  change(url);
  fresh.play().catch(ended);
}

/** Returns a length as a player shows it, such as "0:04". */
export function sayLength(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function usePlayer(url: string | null): { isPlaying: boolean; toggle: () => void } {
  const isPlaying = useSyncExternalStore(subscribe, () => url !== null && playing === url);
  return { isPlaying, toggle: () => (isPlaying || url === null ? stop() : play(url)) };
}
