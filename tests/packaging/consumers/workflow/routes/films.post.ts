import { start } from "workflow/api";
import { film } from "../../film";

export default async ({ req }: { req: Request }) => {
  const key = req.headers.get("idempotency-key") as string;
  const { runId } = await start(film, [key, (await req.json()) as { id: string }]);
  return { id: runId };
};
