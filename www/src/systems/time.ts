/** Rounded as coarsely as the estimate is. */
export function sayTime(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 3) return "a few seconds left";
  if (seconds < 20) return `about ${Math.round(seconds)} s left`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}
