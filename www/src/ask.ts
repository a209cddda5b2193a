/** Returns the JSON reply to a small request that is not repeated. A body makes it a POST by default. */
export async function ask<Reply>(
  path: string,
  init: Omit<RequestInit, "body"> & { body?: object } = {},
): Promise<Reply> {
  const { body, ...others } = init;
  const response = await fetch(path, {
    ...(body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    ...others,
  });
  if (!response.ok) throw new Error(`The server returned status ${response.status}`);
  return response.json() as Promise<Reply>;
}
