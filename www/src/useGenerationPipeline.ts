import { useReducer, useRef } from "react";
import { processPhase, settleWithConcurrency } from "sluicegate";
import { finalize, getProject, makeChunk, remakePiece, writeScript, type Kind, type Script } from "./api";
import { callStore } from "./calls";
import { newJob } from "./job";
import { Requests } from "./requests";
import { boardReducer, emptyBoard, kinds, missing, missingPieces, pieceOf } from "./storyboard/board";
import { useSingleRun, type Run } from "./useSingleRun";

const AUDIO_CONCURRENCY = 3;
const IMAGE_CONCURRENCY = 2; // pictures are heavier
const STAGGER = 100;

/** A text becomes scenes, voices and pictures. Limits, pauses and retries are sluicegate's: this only says what to call. */
export function useGenerationPipeline() {
  const [board, dispatch] = useReducer(boardReducer, emptyBoard);
  const { start, cancel } = useSingleRun(dispatch);
  const job = useRef(newJob(""));
  const requests = useRef<Requests>(undefined);

  /** Script, sounds, pictures, finalize: each goes on from where the last run of this job ended. */
  async function pipeline(run: Run) {
    const { signal, show } = run;
    const story = job.current;
    show({ type: "phase", phase: "script" });
    const script = (story.script ??= await writeScript(story, signal));

    for (const phase of kinds) {
      const [startIndex] = missing(await refresh(script, run), phase, story.next[phase]);
      if (startIndex === undefined) continue;
      show({ type: "phase", phase });
      await processPhase(
        async ({ startIndex, signal }) => {
          show({ type: "chunk", kind: phase, startIndex });
          story.open = { phase, startIndex };
          const chunk = await makeChunk(script, story.open, signal);
          story.open = undefined;
          story.next[phase] = chunk.hasMore ? (chunk.nextStartIndex ?? startIndex) : Infinity;
          await refresh(script, run);
          return chunk;
        },
        { startIndex, stagger: STAGGER, signal },
      );
    }

    const left = missingPieces(await refresh(script, run));
    if (left.length > 0) await remake(script, new Requests(left), run);
    show({ type: "phase", phase: "finalizing" });
    show({ type: "finished", finished: (story.finished ??= await finalize(script, signal)) });
  }

  /** Single sounds and pictures, a few at once; what is asked for meanwhile joins them. */
  async function remake(script: Script, wanted: Requests, { signal, show }: Run) {
    requests.current = wanted;
    show({ type: "wanted", pieces: wanted.pieces });
    const make = (kind: Kind, concurrency: number) =>
      settleWithConcurrency(
        wanted[kind],
        concurrency,
        (piece, _, context) => {
          show({ type: "making", piece });
          return remakePiece(script, piece, context);
        },
        {
          signal,
          onCancel: "abort",
          onOutcome: (outcome, piece) => {
            show({ type: "made", piece, outcome });
            wanted.answered();
          },
        },
      );
    await Promise.all([make("audio", AUDIO_CONCURRENCY), make("images", IMAGE_CONCURRENCY)]);
    signal.throwIfAborted();
  }

  /** The pipeline without its phases: what they have not made is made piece by piece. */
  async function fill(run: Run) {
    const { script, open, next } = job.current;
    run.show({ type: "phase", phase: "images" });
    // A chunk that was cut off may be made by now: under its old key it is handed over, and not paid for again.
    if (script && open) await makeChunk(script, open, run.signal).catch(() => run.signal.throwIfAborted());
    job.current.open = undefined;
    next.audio = next.images = Infinity;
    await pipeline(run);
  }

  return {
    board,
    resume: () => start(pipeline),
    fillMissing: () => start(fill),
    generate: (text: string, title?: string) =>
      start((run) => {
        job.current = newJob(text, title);
        callStore.clear();
        run.show({ type: "started" });
        return pipeline(run);
      }),
    regenerate(kind: Kind, index: number) {
      const { script } = job.current;
      const piece = pieceOf(board.scenes, kind, index);
      if (requests.current?.add(piece)) dispatch({ type: "wanted", pieces: [piece] });
      else if (script) start((run) => remake(script, new Requests([piece]), run));
    },
    cancel() {
      requests.current?.end();
      cancel();
    },
  };
}

async function refresh(script: Script, { signal, show }: Run) {
  const project = await getProject(script, signal);
  show({ type: "project", project });
  return project.scenes;
}
