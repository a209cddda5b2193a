/** The bars of a scene in the timeline: one call over all attempts of its order, and one over all its polls. */
import { type LaneNames, trackCall } from "../calls";

export const lanes: LaneNames = { preview: "Previews", animation: "Animations", poll: "Polls" };

type Track = ReturnType<typeof trackCall>;

const tracks = new Map<number, Map<string, Track>>();

export function fetchFor(lane: string, sceneNumber: number): typeof fetch {
  let ofScene = tracks.get(sceneNumber);
  if (ofScene === undefined) tracks.set(sceneNumber, (ofScene = new Map()));
  let track = ofScene.get(lane);
  if (track === undefined) ofScene.set(lane, (track = trackCall(lane, `${lanes[lane]}: scene ${sceneNumber}`)));
  return track.fetch;
}

/** The scene has its outcome: nothing more is coming. */
export function endTracks(sceneNumber: number): void {
  for (const { until } of tracks.get(sceneNumber)?.values() ?? []) void until(Promise.resolve());
  tracks.delete(sceneNumber);
}
