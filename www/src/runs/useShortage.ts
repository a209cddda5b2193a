import { useBalance } from "@sluicegate/fault-server/panel";

/** Returns a number of credits in words. */
export const sayCredits = (credits: number): string => (credits === 1 ? "1 credit" : `${credits} credits`);

/** Returns what a press costs, which may be nothing. */
export const sayCost = (credits: number): string => (credits === 0 ? "nothing" : sayCredits(credits));

/** Returns what to say if the balance does not cover a cost, and whether a start is pointless. */
export function useShortage(cost: number): { readonly said: string; readonly isBroke: boolean } {
  const balance = useBalance() ?? Infinity;
  if (balance >= cost) return { said: "", isBroke: false };
  const said = `Not enough credits: the balance is ${balance}.`;
  if (balance > 0) return { said, isBroke: false };
  return { said: `${said} Reset it under “Break the server” first.`, isBroke: true };
}
