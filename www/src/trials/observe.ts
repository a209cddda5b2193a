export type State = "not run" | "running" | "done" | "stopped";

/** Shows a trial's counts once a frame: a render for each of thousands of changes would slow down what is measured. */
export async function observe<Trial extends { readonly state: State }>(
  blank: Trial,
  show: (trial: Trial) => void,
  signal: AbortSignal,
  work: (report: (change: Partial<Trial>) => void) => Promise<void>,
): Promise<void> {
  let trial: Trial = { ...blank, state: "running" };
  let frame: number | undefined;
  const draw = (): void => {
    frame = undefined;
    show(trial);
  };
  draw();
  try {
    await work((change) => {
      trial = { ...trial, ...change };
      frame ??= requestAnimationFrame(draw);
    });
    trial = { ...trial, state: "done" };
  } catch (error) {
    trial = { ...trial, state: signal.aborted ? "stopped" : "not run" };
    throw error;
  } finally {
    if (frame !== undefined) cancelAnimationFrame(frame);
    draw();
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
