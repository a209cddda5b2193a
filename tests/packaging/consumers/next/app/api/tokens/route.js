// What requests at the same time share: a limiter, and a 429 that holds both back. Each keeps its own token, which it
// finds in an AsyncLocalStorage of its own and in the headers that Next keeps in another.
import { AsyncLocalStorage } from "node:async_hooks";
import { headers } from "next/headers";
import { callPhase, Limiter, processWithConcurrency } from "sluicegate";

export const dynamic = "force-dynamic";

const storage = new AsyncLocalStorage();
const limiter = new Limiter({ limit: 1 });

export async function GET(request) {
  const id = new URL(request.url).searchParams.get("id");
  const token = request.headers.get("authorization");
  const paths = ["refused", "first", "second", "third"];
  const ask = async (path, index, { signal }) => {
    const before = [storage.getStore(), (await headers()).get("authorization")];
    await callPhase(
      `${process.env.BACKEND}/tokens/${id}/${path}`,
      {},
      {
        signal,
        headers: async () => ({ authorization: (await headers()).get("authorization") }),
        retry: { minDelay: 20 },
      },
    );
    return [...before, storage.getStore(), (await headers()).get("authorization")];
  };
  const seen = await storage.run(token, () => processWithConcurrency(paths, 2, ask, { limiter }));
  return Response.json(seen.flat());
}
