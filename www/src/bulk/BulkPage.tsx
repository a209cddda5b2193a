import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { checkCredits } from "recipes/bulk/api";
import type { Board, Kind, Scene } from "recipes/bulk/board";
import { journalOf, nameOf, unfinishedKinds } from "recipes/bulk/journal";
import { generateAll } from "recipes/bulk/pipeline";
import source from "recipes/bulk/pipeline.ts?raw";
import { type BulkResult, toResult } from "recipes/bulk/result";
import { failedAgain } from "recipes/shared/failed-again";
import { toFailure } from "recipes/shared/failure";
import { type RunControls, useRun } from "sluicegate/react";
import { useLoaded } from "../hooks";
import { Icon } from "../Icon";
import { ItemGrid, type RunItem } from "../runs/ItemGrid";
import { isOpen } from "../runs/looks";
import { Layout, RunView, type System } from "../runs/SystemPage";
import { useIsElsewhere, useKeep, useRecovery } from "../runs/useRecovery";
import { Button, Code, Panel } from "../ui";
import { Accounts } from "./Accounts";
import { BulkControls, titles } from "./BulkControls";
import { useBoard } from "./useBoard";

const systemOf = (kind: Kind): System => ({
  page: "bulk",
  title: "Bulk previews and animations",
  lead: "Generates a preview or an animation for every scene: five previews or three animations at a time. Scenes that already have one are skipped. Failed scenes are refunded once.",
  source,
  attempts: 8,
  pieces: `${kind}s`,
  startLabel: `Generate all ${kind}s`,
});

export function BulkPage() {
  const { opened, problem, retry, reread, renew } = useBoard();
  const [chosen, setKind] = useState<Kind>();
  const [isBusy, setBusy] = useState(false);
  const board = opened?.board;
  const kind = chosen ?? opened?.unfinished ?? "preview";
  const isElsewhere = useIsElsewhere(board && nameOf(board, kind));
  const wasElsewhere = useRef(isElsewhere);
  useEffect(() => {
    if (wasElsewhere.current && !isElsewhere && !isBusy) reread();
    wasElsewhere.current = isElsewhere;
  }, [isElsewhere]);
  return (
    <Layout
      system={systemOf(kind)}
      controls={
        board && (
          <BulkControls
            board={board}
            kind={kind}
            onKind={setKind}
            onRenew={() => void renew(board)}
            isBusy={isBusy || isElsewhere}
          />
        )
      }
    >
      {board && (
        <BulkRun
          key={`${board.id} ${kind}`}
          board={board}
          kind={kind}
          isUnfinished={opened.unfinished === kind}
          onBusy={setBusy}
        />
      )}
      {problem !== undefined && (
        <section className="panel">
          <p role="alert">{toFailure(problem).message}</p>
          <Button icon="redo" onClick={retry}>
            Retry
          </Button>
        </section>
      )}
    </Layout>
  );
}

interface BulkRunProps {
  readonly board: Board;
  readonly kind: Kind;
  /** Whether its run is known to be unfinished when it is first shown. */
  readonly isUnfinished: boolean;
  readonly onBusy: (isBusy: boolean) => void;
}

/** One bulk generator; the other one begins anew from what is on the board. */
function BulkRun({ board, kind, isUnfinished, onBusy }: BulkRunProps) {
  const { account } = useSyncExternalStore(board.subscribe, board.snapshot);
  const [refusal, setRefusal] = useState<unknown>();
  const [isStored, setStored] = useState(true);
  const journal = useMemo(() => journalOf(board, kind), [board, kind]);
  const { value: unfinished } = useLoaded(() => unfinishedKinds(board), [board, kind]);
  const history = useRecovery<Kind>("bulk");
  const run = mended(
    useRun(() => generateAll(kind, board, journal, () => setStored(false)), {
      // A press of the button also retries the items that failed in an earlier visit.
      onOutcome: failedAgain((key): unknown => run.retry(key)),
    }),
  );
  // Retries in a cancelled run are cancelled, too. So a new start makes the rest.
  const canResume =
    run.state === "idle" ? (unfinished?.includes(kind) ?? isUnfinished) : run.report?.status === "cancelled";
  const scenes = board.scenesFor(kind);
  const items = scenes.map((scene, index) => {
    const item = run.items[index];
    // A cancelled run reports also the scenes as cancelled that it would have skipped.
    return item && (item.status !== "cancelled" || scene[kind] === null) ? item : notStarted(kind, scene, index);
  });
  const isAgain = items.some(isOpen);
  const isBusy = run.state !== "idle" && (run.state !== "finished" || isAgain);
  useEffect(() => onBusy(isBusy), [onBusy, isBusy]);

  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => void (isHere.current = false);
  }, []);

  const sceneOf = (item: RunItem<string>): Scene => scenes[item.index]!;
  const done = scenes.filter((scene) => scene[kind] !== null).length;
  const total = scenes.length;
  const status = canResume ? "unfinished" : "completed";
  const cost = board.countToBuy(kind) * board.prices[kind];
  const credits = account.charged - account.refunded;
  useKeep(history, run, { values: {}, done, total, credits });

  const isStarting = useRef(false);
  async function start(): Promise<void> {
    if (isStarting.current) return;
    isStarting.current = true;
    setRefusal(undefined);
    try {
      await checkCredits(kind, board);
      if (!isHere.current) return;
      if (!canResume) history.begin(kind, titles[kind], total);
      run.start();
    } catch (error) {
      setRefusal(error);
    } finally {
      isStarting.current = false;
    }
  }

  return (
    <RunView
      system={systemOf(kind)}
      credits={credits}
      heading={titles[kind]}
      run={run}
      journal={nameOf(board, kind)}
      id={history.past?.input === kind ? history.past.id : undefined}
      recovery={{ past: canResume || done === total ? { ...PAST, status, done, total } : undefined, isStored }}
      cost={{ whole: cost, left: cost }}
      canStartOver={false}
      onStart={() => void start()}
      onResume={() => void start()}
      counts={run.state === "idle" ? `${done} of ${total} ${kind}s exist` : undefined}
      fraction={Math.max(done / total, run.progress?.fraction ?? 0)}
      refusal={refusal}
      details={<Accounts board={board} mine={account} isBusy={isBusy} />}
    >
      <Panel title="Scenes">
        <ItemGrid
          items={items}
          nameOf={(item) => `Scene ${item.key}`}
          show={(item) => <Drawing scene={sceneOf(item)} url={urlIn(item) ?? sceneOf(item).preview} />}
          onRetry={
            run.state === "idle" || run.state === "cancelling" ? undefined : (key: string) => void run.retry(key)
          }
        />
      </Panel>
      {run.report && !isAgain && (
        <ResultPanel
          kind={kind}
          result={toResult(items, run.report.status === "completed" || run.report.status === "partial")}
        />
      )}
    </RunView>
  );
}

/** Returns a run with the status "completed" if retries have mended all its failures. */
function mended<C extends RunControls<string>>(run: C): C {
  const { report, items } = run;
  const isWhole = items.every(({ status }) => status === "fulfilled" || status === "skipped");
  return report?.status === "partial" && isWhole ? { ...run, report: { ...report, status: "completed" } } : run;
}

/** What was generated is on the board: nothing else is needed of the last run. */
const PAST = { id: "", page: "bulk", title: "", startedAt: 0, credits: 0, input: {} } as const;

const urlIn = (item: RunItem<string>): string | undefined => ("value" in item ? item.value : undefined);

function notStarted(kind: Kind, scene: Scene, index: number): RunItem<string> {
  const value = scene[kind];
  const item = { index, key: `${scene.sceneNumber}`, item: scene };
  return value === null
    ? { ...item, status: "waiting" }
    : { ...item, status: "skipped", value, attempts: 0, elapsed: 0 };
}

function Drawing({ scene, url }: { scene: Scene; url: string | null }) {
  return url === null ? <Icon name="picture" /> : <img src={url} alt={scene.narration} />;
}

function ResultPanel({ kind, result }: { kind: Kind; result: BulkResult }) {
  const { generated, results } = result;
  return (
    <Panel title={`Generated ${generated} of ${results.length} ${kind}s`}>
      <p className="muted">The return value, in scene order:</p>
      <Code role="group" aria-label="Return value" data-testid="result">
        {sayResult(result)}
      </Code>
    </Panel>
  );
}

/** JSON, with a line for each scene. */
function sayResult({ results, ...sums }: BulkResult): string {
  const lines = results.map((result) => `\n    ${JSON.stringify(result)}`);
  return `${JSON.stringify(sums, undefined, 2).slice(0, -2)},\n  "results": [${lines.join()}${lines.length > 0 ? "\n  " : ""}]\n}`;
}
