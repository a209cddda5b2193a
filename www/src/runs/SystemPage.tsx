import { LabPanel, useBalance } from "@sluicegate/fault-server/panel";
import type { ReactNode } from "react";
import { toFailure } from "recipes/shared/failure";
import { sayLimit } from "recipes/shared/limiter";
import type { Progress, Run } from "sluicegate";
import type { RunControls } from "sluicegate/react";
import { RunTimeline } from "sluicegate/react/devtools";
import { useLeaveWarning } from "../hooks";
import { Code, Panel } from "../ui";
import type { PastRun } from "./history";
import { isOpen, type Look, runLooks } from "./looks";
import { useWaits } from "./Outage";
import { PastRuns } from "./PastRuns";
import { type Action, RunHead } from "./RunHead";
import styles from "./runs.module.css";
import { sayTime } from "./time";
import { useIsElsewhere } from "./useRecovery";
import "../styles/cards.css";

/** What is the same in all runs of a system. */
export interface System {
  /** Names the runs of the page in the history, and the folder of its recipe. */
  readonly page: string;
  readonly title: string;
  readonly lead: string;
  /** The module of the run. */
  readonly source: string;
  /** Calls at a time, in words. @default "5 calls" */
  readonly limit?: string;
  /** Largest number of attempts of an item. @default 6 */
  readonly attempts?: number;
  /** The results in words, such as "scenes". */
  readonly pieces: string;
  readonly startLabel: string;
}

interface LayoutProps {
  readonly system: System;
  /** Controls to use before a start. */
  readonly controls: ReactNode;
  readonly children?: ReactNode;
}

export interface RunViewProps {
  readonly system: System;
  /** The timeline shows its `run`. */
  readonly run: RunControls<unknown> & { readonly run: Run<unknown> | undefined };
  readonly recovery: { readonly past: PastRun | undefined; readonly isStored: boolean };
  /** Name of the journal. @default that of the last run */
  readonly journal?: string | undefined;
  /** Names the run, whose time goes on when it is resumed. @default the last run */
  readonly id?: string | undefined;
  readonly heading: string;
  /** Credits of a run from the beginning, and of what is left of the last run. */
  readonly cost: { readonly whole: number; readonly left: number };
  readonly onStart: () => void;
  /** Whether a run that can be resumed can also be replaced. @default true */
  readonly canStartOver?: boolean;
  readonly onResume: () => void;
  /** Whether it is known what a start needs. @default true */
  readonly isReady?: boolean;
  /** Why a run cannot be started now. */
  readonly obstacle?: string | undefined;
  /** Progress of its own, from 0 to 1. */
  readonly fraction?: number | undefined;
  /** Instead of "Completed X of Y, Z in progress". */
  readonly counts?: string | undefined;
  /** Credits that the last run has cost so far. */
  readonly credits: number;
  /** Credits that were charged and then refunded. They are not part of `credits`. */
  readonly refunded?: number | undefined;
  /** The error that kept a run from starting. */
  readonly refusal?: unknown;
  /** Is shown above the results. */
  readonly details?: ReactNode;
  readonly children?: ReactNode;
}

/** One of the systems: controls on the left, the run in the middle, what may go wrong below. */
export function SystemPage({ controls, ...view }: RunViewProps & LayoutProps) {
  return (
    <Layout system={view.system} controls={controls}>
      <RunView {...view} />
    </Layout>
  );
}

export function Layout({ system, controls, children }: LayoutProps) {
  return (
    <Shell
      side={
        <section className="panel" aria-labelledby="system-title">
          <h1 id="system-title">{system.title}</h1>
          <p className="muted">{system.lead}</p>
          {controls}
          <p className="muted">
            {sayLimit(system.limit ?? "5 calls")} A run can be resumed after a reload, a crash or a visit to another
            page.
          </p>
        </section>
      }
    >
      {children}
      <PastRuns page={system.page} pieces={system.pieces} />
      <Panel title="The code">
        <p className="muted">
          <code>{`docs/recipes/${system.page}/pipeline.ts`}</code>
        </p>
        <Code className={styles.recipe}>{system.source.trim()}</Code>
      </Panel>
    </Shell>
  );
}

interface ShellProps {
  /** Content across the whole width, above the columns. */
  readonly top?: ReactNode;
  /** Controls to use before a start. */
  readonly side: ReactNode;
  readonly children: ReactNode;
}

/** Layout of a page of runs: controls on the left, the run beside them, the faults of the server below. */
export function Shell({ top, side, children }: ShellProps) {
  return (
    <div>
      {top}
      <div className={styles.columns}>
        {side}
        <div className={styles.stage}>{children}</div>
        <LabPanel />
      </div>
    </div>
  );
}

/** A run: its state and buttons, its attempts, and its results. */
export function RunView(props: RunViewProps) {
  const { system, run, recovery, heading, fraction, refusal, details, children } = props;
  const { past, isStored } = recovery;
  const { state, progress, report } = run;
  // Also while a single item is made again after the end.
  const isOn = state === "running" || state === "cancelling" || (state === "finished" && run.items.some(isOpen));
  // While it is paused, what is in flight goes on.
  const isBusy = isOn || run.items.some(({ status }) => status === "running");
  const status = (state === "idle" ? past?.status : state === "finished" ? report?.status : undefined) ?? state;
  const look: Look = runLooks[status === "finished" ? "completed" : status];
  const waits = useWaits(run.items, system.attempts ?? 6);
  useLeaveWarning(isBusy && !isStored);
  // As the items are now: what has failed may have been made again since the report.
  const rejected = run.items.find((item) => item.status === "rejected");
  const error: unknown = refusal ?? rejected?.reason ?? (status === "failed" ? report?.error?.errors.at(0) : undefined);
  const said = props.counts ?? sayCounts(run, past && `${past.done} of ${past.total} ${system.pieces}`);
  const kept = past && past.total > 0 ? past.done / past.total : 0;
  const isElsewhere = useIsElsewhere(props.journal ?? past?.id);
  const isAtRest = !isOn && state !== "paused";
  const { said: short, isBroke } = useShortage(canResume(props) ? props.cost.left : props.cost.whole);

  return (
    <>
      <RunHead
        run={props.id ?? past?.id}
        title={heading}
        status={status}
        look={look}
        fraction={fraction ?? progress?.fraction ?? kept}
        counts={said}
        remaining={isOn && progress?.eta !== undefined ? sayTime(progress.eta) : undefined}
        facts={status === "idle" ? undefined : sayCharges(props)}
        isOn={isOn}
        waits={waits}
        failure={error === undefined ? undefined : toFailure(error)}
        actions={isElsewhere && isAtRest ? [] : actionsOf(props, isOn, isBroke)}
      >
        {isElsewhere ? <Elsewhere isWaiting={!isAtRest} /> : isAtRest && <Cost {...props} short={short} />}
        <p className="visually-hidden" role="status">
          {state === "finished" || state === "paused" ? `${look.text}. ${said}` : ""}
        </p>
      </RunHead>
      {details && (
        <section className="panel" aria-label="Details">
          {details}
        </section>
      )}
      {children}
      {run.run && (
        <section className="panel" aria-label="Attempts" data-testid="timeline">
          <RunTimeline run={run.run} label="Attempts" />
        </section>
      )}
    </>
  );
}

/** Returns whether the last run can go on, in this visit or a later one. */
const canResume = ({ run: { state, report }, recovery: { past } }: RunViewProps): boolean =>
  past !== undefined &&
  (state === "idle" ? past.status !== "completed" : state === "finished" && report?.status !== "completed");

function actionsOf(props: RunViewProps, isOn: boolean, isBlocked: boolean): Action[] {
  const { system, run, recovery, cost, obstacle, isReady = true, canStartOver = true, onStart, onResume } = props;
  const { state } = run;
  const spends = { arms: state !== "idle", isBlocked };
  const cancel: Action = { name: "cancel", onPress: () => run.cancel() };
  if (state === "running") return [{ name: "pause", onPress: () => run.pause() }, cancel];
  if (state === "paused") return [{ name: "resume", onPress: () => run.resume({ retryFailed: true }) }, cancel];
  if (!isReady || state === "cancelling" || (isOn && state === "finished")) return [];
  const { past } = recovery;
  const start = (): void => {
    const question = `Start over? ${past?.done} of ${past?.total} ${system.pieces} are discarded. The new run costs ${cost.whole} credits.`;
    if (obstacle !== undefined || !canStartOver || !past?.done || confirm(question)) onStart();
  };
  if (!canResume(props)) return [{ name: "start", label: obstacle ?? system.startLabel, ...spends, onPress: start }];
  const resume: Action = { name: "resume", ...spends, onPress: onResume };
  return canStartOver ? [resume, { name: "start-over", ...spends, onPress: start }] : [resume];
}

/** Says that another tab works on the run; what is started here waits for it. */
export function Elsewhere({ isWaiting }: { isWaiting: boolean }) {
  return (
    <p role="status" data-testid="elsewhere">
      {`This run is open in another tab. ${isWaiting ? "It continues here" : "It can be resumed here"} when that tab ends it or is closed.`}
    </p>
  );
}

/** What a start costs, and what a resumed run keeps. */
function Cost(props: RunViewProps & { short: string }) {
  const { cost, system, recovery, short, canStartOver = true } = props;
  const { past } = recovery;
  const price = cost.whole > 0 ? sayCredits(cost.whole) : "nothing";
  const left = cost.left > 0 ? `at most ${sayCredits(cost.left)}` : "nothing";
  const kept = `${past?.done} of ${past?.total} ${system.pieces} are kept. Resume costs ${left}.`;
  const over = canStartOver ? ` Start over costs ${sayCredits(cost.whole)}.` : "";
  return (
    <p data-testid="cost">
      {canResume(props) ? kept + over : `${past ? "Another run costs" : "Costs"} ${price}.`}
      {short && <strong>{` ${short}`}</strong>}
    </p>
  );
}

/** Returns a number of credits in words. */
export const sayCredits = (credits: number): string => (credits === 1 ? "1 credit" : `${credits} credits`);

const sayCharges = ({ credits, refunded = 0 }: RunViewProps): string =>
  `${sayCredits(credits)}${refunded > 0 ? ` (${credits + refunded} charged, ${refunded} refunded)` : ""}`;

/** Returns the counts of items by state, in words. `done` has those that are completed. */
export function sayProgress(progress: Progress, done: string): string {
  const { inProgress, failed, cancelled, skipped } = progress;
  const others = Object.entries({ failed, cancelled, skipped }).filter(([, count]) => count > 0);
  return [done, `${inProgress} in progress`, ...others.map(([name, count]) => `${count} ${name}`)].join(", ");
}

function sayCounts({ progress }: RunControls<unknown>, kept: string | undefined): string {
  if (progress) return sayProgress(progress, `Completed ${progress.completed} of ${progress.total ?? "…"}`);
  return kept === undefined ? "Nothing generated yet" : `${kept} generated`;
}

/** Returns what to say if the balance does not cover a cost, and whether a start is pointless. */
export function useShortage(cost: number): { readonly said: string; readonly isBroke: boolean } {
  const balance = useBalance() ?? Infinity;
  if (balance >= cost) return { said: "", isBroke: false };
  const said = `Not enough credits: the balance is ${balance}.`;
  if (balance > 0) return { said, isBroke: false };
  return { said: `${said} Reset it under “Break the server” first.`, isBroke: true };
}
