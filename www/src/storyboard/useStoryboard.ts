import { useEffect, useReducer, useRef } from "react";
import {
  forgetServerRun,
  hasServerRun,
  isOnServer,
  serverOwnsRuns,
  showScenes,
  startOnServer,
} from "recipes/queue/client";
import { calls } from "recipes/shared/calls";
import { concernsAll } from "recipes/shared/failure";
import type { Recoverable } from "recipes/shared/recoverable";
import type { Kind, Script, WantedPiece } from "recipes/storyboard/api";
import { isSettled, startPieces } from "recipes/storyboard/pieces";
import { startStory } from "recipes/storyboard/pipeline";
import { missingPieces, pieceOf } from "recipes/storyboard/record";
import { type Kept, Story, type StoryInput, type StoryRun } from "recipes/storyboard/story";
import type { TaskContext } from "sluicegate";
import { useRun } from "sluicegate/react";
import { changeRun, type PastRun } from "../runs/history";
import { useIsElsewhere, useRecovery } from "../runs/useRecovery";
import { type Board, type BoardAction, boardReducer, emptyBoard, isRunning } from "./board";
import { costOf, progressOf } from "./progress";
import { statusOf } from "./status";

export type Storyboard = ReturnType<typeof useStoryboard>;

/** Two runs of sluicegate's, the phases of a story and its single pieces, and the board that shows what they are at. */
export function useStoryboard() {
  const recovery = useRecovery<StoryInput, unknown>("storyboard");
  // From the first picture on, the page offers to resume and not to buy the same again.
  const [board, show] = useReducer(boardReducer, recovery.past, (past) =>
    past ? boardReducer(emptyBoard, reopened(past)) : emptyBoard,
  );
  const { past, note } = recovery;
  const isElsewhere = useIsElsewhere(past?.id);
  const story = useRef<Story>(undefined);
  const pieces = useRun(startPieces);
  const pipeline = useRun(
    (next: Story) => {
      calls.set([]);
      if (isOnServer()) return watched(startOnServer(next, show));
      return watched(startStory(next, (script, kinds, context) => makeMissing(next, script, kinds, context)));
    },
    { onUnmount: isOnServer() ? "keep" : "cancel" },
  );
  const running = isRunning(board.status);
  const { completed, total } = progressOf(board);

  const open = (recoverable: Recoverable, input: StoryInput, kept?: Kept): Story =>
    new Story(
      recoverable,
      input,
      (event) => (event.type === "kept" ? changeRun(recoverable.id, { values: { ...event.kept } }) : show(event)),
      kept,
    );

  function watched(run: StoryRun): StoryRun {
    let watchedEnd: StoryRun["finished"] | undefined;
    const look = (): void => {
      const at = run.state === "running" ? statusOf(run.snapshot) : undefined;
      if (at) show({ type: "phase", phase: at, fraction: run.snapshot.progress.fraction });
      // A run on the server that is continued, here or in another tab, ends again.
      if (run.finished === watchedEnd) return;
      watchedEnd = run.finished;
      void run.finished.then(async ({ status, error }) => {
        if (isOnServer()) await showScenes(run, show);
        show({ type: "over", status, error: error?.errors[0], finished: run.outputs.finalize });
      });
    };
    run.subscribe(look);
    look();
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
    signal.throwIfAborted();
  }

  // What an earlier visit has made is shown; nothing goes on before Resume is pressed.
  useEffect(() => {
    if (!past || (story.current && running)) return;
    show(reopened(past));
    if (isElsewhere) return;
    const leaving = new AbortController();
    const earlier = open(recovery.resume(), past.input, past.values as Kept);
    story.current = earlier;
    const failed = (error: unknown): void => {
      if (!leaving.signal.aborted) show({ type: "over", status: "failed", error, finished: undefined });
    };
    earlier.reopen(leaving.signal).catch(failed);
    return () => leaving.abort();
  }, [isElsewhere]);

  // A run that the server owns has gone on meanwhile.
  useEffect(() => {
    const goOn = (): void => {
      const input: StoryInput = past?.input ?? { text: "", title: undefined, way: "concurrent" };
      story.current ??= open(past ? recovery.resume() : recovery.begin(input, "", 0), input);
      show({ type: "started", remade: story.current.kept.remade });
      pipeline.start(story.current);
    };
    void serverOwnsRuns.then(() => isOnServer() && hasServerRun() && goOn());
  }, []);

  const left = costOf(board);
  useEffect(() => {
    if (board.status === "idle" || total === 0) return;
    const status = running || !board.finished ? "unfinished" : completed === total ? "completed" : "partial";
    note({ status, done: completed, total, credits: left, title: board.title });
  }, [board.status, completed, total, left]);

  /** A run on the server has its script there. */
  const scriptOf = () => story.current?.kept.script ?? pipeline.run?.outputs.script;

  function resume(): void {
    const { run } = pipeline;
    if (isOnServer() && run?.state === "finished") {
      show({ type: "started" });
      run.resume();
    } else if (story.current) pipeline.start(story.current);
  }

  return {
    board,
    recovery,
    isElsewhere,
    pipeline,
    pieces,
    generate(input: StoryInput): void {
      const next = open(recovery.begin(input, input.title ?? "Own text", 0), input);
      story.current = next;
      forgetServerRun();
      show({ type: "started" });
      pipeline.start(next);
    },
    resume,
    fillMissing() {
      const { current } = story;
      const script = scriptOf();
      current?.fillIn();
      if (current && script && board.finished) ask(current, script, missingPieces(board.scenes));
      else resume();
    },
    regenerate(kind: Kind, index: number, prompt?: string) {
      const script = scriptOf();
      if (story.current && script) ask(story.current, script, [pieceOf(board.scenes, kind, index, prompt)]);
    },
    cancel() {
      pieces.cancel();
      pipeline.cancel();
    },
  };
}

/** What an earlier visit has made, as far as the page knows without the server. */
const reopened = ({ status, values }: PastRun): BoardAction => ({
  type: "reopened",
  status: status === "completed" ? "complete" : status,
  finished: (values as Kept | undefined)?.finished,
  remade: (values as Kept | undefined)?.remade ?? 0,
});

/** Returns whether what is made now is lost to a later visit: single pieces are in no journal. */
export const isUnsafe = (board: Board, isStored: boolean): boolean =>
  isRunning(board.status) && (!isStored || !board.phasing);
