import { HttpError } from "sluicegate";

/** As fetch, but a success without a body is a failure: its result was lost on the way, and is asked for again under its key. */
export const wholeReply: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (!response.ok || response.status === 204 || (await response.clone().text()) !== "") return response;
  throw new HttpError(`${response.status} without a body`, response.status, undefined, response.headers);
};
