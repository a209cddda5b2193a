import { useEffect, useReducer, useRef } from "react";
import type { TaskContext } from "sluicegate";
import { useRun } from "sluicegate/react";
import type { Kind, Script, WantedPiece } from "./api";
import { callClock, callStore } from "./calls";
import { concernsAll } from "./failure";
import { boardReducer, emptyBoard, isRunning } from "./storyboard/board";
import { isSettled, startPieces } from "./storyboard/pieces";
import { startStory } from "./storyboard/pipeline";
import { pieceOf } from "./storyboard/record";
import { hasServerRun, isOnServer, serverOwnsRuns, showScenes, startOnServer } from "./storyboard/serverRun";
import { statusOf } from "./storyboard/status";
import { Story, type StoryRun, type Way } from "./storyboard/story";

/** Two runs of sluicegate's, the phases of a story and its single pieces, and the board that shows what they are at. */
export function useGenerationPipeline() {
  const [board, show] = useReducer(boardReducer, emptyBoard);
  const story = useRef<Story>(undefined);
  const pieces = useRun(startPieces);
  const pipeline = useRun(
    (next: Story) => {
      if (next !== story.current) {
        story.current = next;
        callStore.clear();
        show({ type: "started" });
      }
      if (isOnServer()) return watched(next, startOnServer(next, show));
      return watched(
        next,
        startStory(next, (script, kinds, context) => makeMissing(next, script, kinds, context)),
      );
    },
    { onUnmount: isOnServer() ? "keep" : "cancel" },
  );

  function watched(story: Story, run: StoryRun): StoryRun {
    const look = (): void => {
      const at = run.state === "running" ? statusOf(run.snapshot, story.from) : undefined;
      if (at) show({ type: "phase", phase: at, fraction: run.snapshot.progress.fraction });
    };
    run.subscribe(look);
    look();
    void run.finished.then(async ({ status, error }) => {
      if (isOnServer()) await showScenes(run, show);
      story.note(run);
      show({ type: "over", status, error: error?.errors[0], finished: run.outputs.finalize });
    });
    return run;
  }

  /** Pieces join those that are being made. */
  function ask(story: Story, script: Script, wanted: readonly WantedPiece[]) {
    const run = pieces.start(story, script);
    show({ type: "wanted", pieces: wanted });
    run.add(wanted);
    void run.finished.then(({ status }) => show({ type: "remade", status }));
    return run;
  }

  async function makeMissing(
    story: Story,
    script: Script,
    kinds: readonly Kind[],
    { signal, report }: TaskContext,
  ): Promise<void> {
    const wanted = await story.missing(script, kinds, signal);
    if (wanted.length === 0) return;
    const run = ask(story, script, wanted);
    run.subscribe(() => {
      const { items } = run.snapshot;
      report({ fraction: items.filter(isSettled).length / items.length });
    });
    const { error } = await run.finished;
    const reason: unknown = error?.errors.find(concernsAll);
    if (reason !== undefined) throw reason;
  }

  useEffect(() => {
    const goOn = (): unknown =>
      isOnServer() && hasServerRun() && pipeline.start(new Story("", undefined, "pieces", show));
    void serverOwnsRuns.then(goOn);
  }, []);

  const running = isRunning(board.status);
  useEffect(() => (running ? callClock.start() : callClock.stop()), [running]);
  useEffect(() => callClock.stop, []);

  return {
    board,
    generate: (text: string, title: string | undefined, way: Way) =>
      void pipeline.start(new Story(text, title, way, show)),
    resume: () => void (story.current && pipeline.start(story.current)),
    fillMissing() {
      story.current?.fillIn();
      if (story.current) pipeline.start(story.current);
    },
    regenerate(kind: Kind, index: number, prompt?: string) {
      const script = pipeline.run?.outputs.script;
      if (story.current && script) ask(story.current, script, [pieceOf(board.scenes, kind, index, prompt)]);
    },
    cancel() {
      pieces.cancel();
      pipeline.cancel();
    },
  };
}
