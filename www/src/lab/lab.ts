/** The local server's controls: what it gets wrong on purpose, and what it has counted. */
export interface Faults {
  readonly quota: number | null;
  readonly unavailable: number;
  readonly dropBefore: number;
  readonly loseReply: number;
  readonly slow: number;
  readonly serverError: number;
  readonly dropDuring: number;
  readonly redirect: number;
  readonly gatewayError: number;
  readonly badJson: number;
  readonly truncated: number;
  readonly empty: number;
}
export type FaultShare = Exclude<keyof Faults, "quota">;

export interface LabStats {
  readonly calls: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly replies: Readonly<Record<string, number>>;
  readonly dropped: number;
  readonly lostReplies: number;
  /** Not JSON, cut short, empty, from a gateway or a sign-in page. */
  readonly brokenReplies: number;
  readonly doubleGenerations: number;
  readonly replays: number;
  readonly creditsBalance: number;
  readonly creditsUsed: number;
  /** For pieces that are made and not yet billed. */
  readonly creditsOwed: number;
}

export const presets = ["calm", "hard", "hardest"] as const;
export type Preset = (typeof presets)[number];

async function ask<Reply>(path: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(`/api/lab/${path}`, init);
  if (!response.ok) throw new Error(`The lab answered with ${response.status}`);
  return response.json() as Promise<Reply>;
}

const withBody = (method: string, body: object): RequestInit => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** Rejects where there is no lab: with a real backend, or without a server. */
export const readFaults = (signal: AbortSignal): Promise<Faults> => ask("faults", { signal });
export const changeFaults = (change: Partial<Faults> | { preset: Preset }): Promise<Faults> =>
  ask("faults", withBody("PUT", change));
export const resetCounters = (credits: number): Promise<LabStats> => ask("reset", withBody("POST", { credits }));

export function watchStats(onStats: (stats: LabStats) => void): () => void {
  const source = new EventSource("/api/lab/events");
  source.addEventListener("message", ({ data }: MessageEvent<string>) => onStats(JSON.parse(data) as LabStats));
  return () => source.close();
}
