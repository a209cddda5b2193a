import { type ReactNode, useLayoutEffect, useRef } from "react";
import type { Wait } from "recipes/shared/calls";
import type { Failure } from "recipes/shared/failure";
import { useArmed, useIsOnline } from "../hooks";
import { Icon } from "../Icon";
import { Button } from "../ui";
import type { Look } from "./looks";
import { NotifyButton, useEndNotice } from "./notices";
import { Outage } from "./Outage";
import styles from "./runs.module.css";
import { sayElapsed, useElapsed } from "./time";

/** Icons and labels of the buttons. */
const buttons = {
  start: ["play", "Start"],
  resume: ["play", "Resume"],
  pause: ["pause", "Pause"],
  cancel: ["cross", "Cancel"],
  "start-over": ["redo", "Start over"],
  "fill-missing": ["redo", "Generate missing pieces"],
} as const;

export interface Action {
  readonly name: keyof typeof buttons;
  /** Replaces the usual label. */
  readonly label?: string;
  /** Whether it may take the place of a button that was just clicked: until a double click is over it does nothing. */
  readonly arms?: boolean;
  /** Whether a press does nothing at present. */
  readonly isBlocked?: boolean;
  readonly onPress: () => void;
}

interface RunHeadProps {
  /** Names the run, whose time goes on when it is resumed. */
  readonly run: string | undefined;
  readonly title: string;
  readonly status: string;
  readonly look: Look;
  /** From 0 to 1. */
  readonly fraction: number;
  readonly counts: string;
  /** Is shown behind the counts, but not announced. */
  readonly remaining?: string | undefined;
  readonly facts?: string | undefined;
  readonly isOn: boolean;
  /** Milliseconds that a server says it has taken. */
  readonly elapsed?: number | undefined;
  readonly waits: readonly Wait[];
  readonly failure: Failure | undefined;
  readonly actions: readonly Action[];
  readonly children?: ReactNode;
}

/** The state of a run and its buttons, in view while the page scrolls. */
export function RunHead(props: RunHeadProps) {
  const { title, status, look, fraction, counts, remaining, facts, isOn, waits, failure, actions, children } = props;
  const percent = Math.round(fraction * 100);
  const elapsed = useElapsed(isOn, props.run, props.elapsed);
  const heading = useRef<HTMLHeadingElement>(null);
  const isOnline = useIsOnline();
  const hasFocus = useRef(false);
  useLayoutEffect(() => {
    // Buttons go when a run ends. The heading takes the focus of a button that is gone.
    if (hasFocus.current && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  });
  useEndNotice(isOn, look.text, `${look.text}: ${title}. ${counts}`, percent);
  return (
    <section
      className={`panel ${styles.head}`}
      aria-label="Progress"
      onFocus={() => void (hasFocus.current = true)}
      onBlur={() => void (hasFocus.current = false)}
    >
      <div className={`row ${styles.top}`}>
        <div className="row">
          <h2 ref={heading} tabIndex={-1} dir="auto">
            {title}
          </h2>
          <span className={`status ${look.tone}`} data-status={status}>
            <Icon name={look.icon} />
            <span data-testid="status">{look.text}</span>
          </span>
        </div>
        <div className={`row ${styles.actions}`}>
          {actions.map((action) => (
            <ActionButton
              key={`${action.name} ${status === "idle"}`}
              {...action}
              onPress={() => {
                // The button goes with the press, and the focus with it if nobody takes it.
                heading.current?.focus({ preventScroll: true });
                action.onPress();
              }}
            />
          ))}
        </div>
      </div>
      <div
        className={`${styles.bar} ${look.tone === "calm" ? "busy" : look.tone}`}
        role="progressbar"
        data-testid="progress"
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${look.text}, ${percent} %. ${counts}`}
      >
        <div style={{ width: `${fraction * 100}%` }} />
      </div>
      <p className="muted" data-testid="counts">
        {counts}
        {remaining !== undefined && isOnline && waits.length === 0 && ` · ${remaining}`}
      </p>
      <p className="muted" data-testid="facts">
        {[elapsed > 0 && status !== "idle" && sayElapsed(elapsed), facts].filter(Boolean).join(" · ")}
      </p>
      {isOn && <NotifyButton />}
      <Outage waits={waits} isOn={isOn} />
      {failure !== undefined && (
        <div className={styles.failure} data-testid="failure">
          <Icon name="alert" />
          <p>
            <strong>{failure.hint ? failure.message.replace(/[^.!?…]$/, "$&.") : failure.message}</strong>{" "}
            {failure.hint}
          </p>
        </div>
      )}
      {children}
    </section>
  );
}

function ActionButton({ name, label, arms = true, isBlocked = false, onPress }: Action) {
  const [icon, usual] = buttons[name];
  const armed = useArmed(() => isBlocked || onPress(), arms);
  return (
    <Button
      icon={icon}
      className={icon === "play" ? "primary" : ""}
      data-testid={name}
      {...armed}
      aria-disabled={armed["aria-disabled"] || isBlocked || undefined}
    >
      {label ?? usual}
    </Button>
  );
}
