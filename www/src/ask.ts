/** Asks the server of this page, and returns the JSON of its reply. Rejects if it refuses. */
export async function ask<Reply>(path: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`The server returned status ${response.status}`);
  return response.json() as Promise<Reply>;
}
