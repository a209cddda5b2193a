/** The controls of the local server: its faults and its counters. */
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

export interface LabView {
  readonly faults: Faults;
  /** The preset that is in force; null once a fault was set by itself. */
  readonly preset: Preset | null;
  readonly stats: LabStats;
}

async function ask(path: string, init: RequestInit): Promise<LabView> {
  const response = await fetch(`/api/lab/${path}`, init);
  if (!response.ok) throw new Error(`The server returned status ${response.status}`);
  return response.json() as Promise<LabView>;
}

const withBody = (method: string, body: object): RequestInit => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** Returns undefined where there is no lab. Rejects when the server is not reachable. */
export async function readLab(): Promise<LabView | undefined> {
  const response = await fetch("/api/lab", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
  return response.ok ? (response.json() as Promise<LabView>) : undefined;
}
export const changeFaults = (change: Partial<Faults> | { preset: Preset }): Promise<LabView> =>
  ask("faults", withBody("PUT", change));
export const resetCounters = (credits: number): Promise<LabView> => ask("reset", withBody("POST", { credits }));
