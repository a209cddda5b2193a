import { getRun } from "workflow/api";

/** The state of a workflow, or of the first one under its key. */
export default async ({ req }: { req: Request }) => {
  const id = new URL(req.url).searchParams.get("id") as string;
  const own = await stateOf(id);
  return own.output && "sameAs" in own.output ? stateOf(own.output.sameAs as string) : own;
};

async function stateOf(id: string): Promise<{ status: string; output?: object }> {
  const run = getRun(id);
  const status = await run.status;
  return status === "completed" ? { status, output: (await run.returnValue) as object } : { status };
}
