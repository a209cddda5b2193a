// What the views share: how they follow a run, and their styles.

import { useEffect, useState, useSyncExternalStore } from "react";
import type { Run } from "../npm/types.ts";
import { Recording } from "./recording.ts";
import { STYLES } from "./styles.ts";

/** Milliseconds between two renders while time alone changes what is shown. */
const TICK = 200;

const never = (): (() => void) => () => {};
const none = (): number => -1;

/** A recording and the time at which a view renders it. */
export interface Moment {
  readonly recording: Recording;
  /** Milliseconds, as of `performance.now()`. Stands still when the run is no longer open. */
  readonly now: number;
  /** `false` once the run has finished and no attempt is in flight. */
  readonly isOpen: boolean;
}

/** Follows a run. Returns `undefined` without a run, on a server, and in the first render of a hydration. */
export function useRecording(run: Run<unknown> | undefined): Moment | undefined {
  const recording = run === undefined ? undefined : Recording.of(checked(run));
  const version = useSyncExternalStore(recording?.subscribe ?? never, recording?.version ?? none, none);
  const [, tick] = useState(0);
  const isOpen = version >= 0 && !!recording && recording.snapshot.progress.inProgress + openCount(recording) > 0;
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), TICK);
    return () => clearInterval(timer);
  }, [isOpen]);
  if (!recording || version < 0) return undefined;
  return { recording, now: isOpen ? performance.now() : recording.changedAt, isOpen };
}

const openCount = ({ snapshot: { state } }: Recording): number => (state === "finished" ? 0 : 1);

function checked(run: Run<unknown>): Run<unknown> {
  const { subscribe, finished } = (run ?? {}) as Partial<Run<unknown>>;
  if (typeof subscribe === "function" && finished) return run;
  throw new TypeError(`\`run\` must be a run, such as that of startRun, or undefined, got ${String(run)}`);
}

/** A style sheet belongs to one document: a view in a frame or another window needs its own. */
const sheets = new WeakMap<Document, CSSStyleSheet>();

/** Adds the styles to the page or shadow root of an element. Style sheets of scripts need no permission by a CSP. */
export function addStyles(element: Element | null): void {
  const root = element?.getRootNode() as Document | ShadowRoot | undefined;
  const sheet = root?.adoptedStyleSheets && element && sheetOf(element.ownerDocument);
  if (sheet && !root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

function sheetOf(page: Document): CSSStyleSheet | undefined {
  const { defaultView } = page;
  let sheet = sheets.get(page);
  if (!sheet && defaultView) {
    sheet = new defaultView.CSSStyleSheet();
    sheet.replaceSync(STYLES);
    sheets.set(page, sheet);
  }
  return sheet;
}
