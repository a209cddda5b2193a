import { type CSSProperties, useState, useSyncExternalStore } from "react";
import { type Attempt, callClock, callStore, type Lane, type LaneNames } from "../calls";
import { useTick } from "../useTick";
import { CallTable, sayAttempt } from "./CallTable";
import { type Bar, layOut, sayTick, ticks } from "./layout";
import "../styles/timeline.css";

const LEAST_SPAN = 10_000;
const FRAME = 150;

/** Every call as a bar in time; the gaps between the attempts of one call are its waits. */
export function Timeline({ lanes, running }: { lanes: LaneNames; running: boolean }) {
  const calls = useSyncExternalStore(callStore.subscribe, callStore.snapshot);
  const [pointed, setPointed] = useState<{ bar: Bar; lane: Lane }>();
  useTick(running, FRAME);

  const now = callClock.now();
  const span = Math.max(LEAST_SPAN, now) * 1.02;
  const at = (time: number): string => `${(100 * time) / span}%`;
  const place = (from: number, to: number): CSSProperties => ({ left: at(from), width: at(to - from) });

  return (
    <section className="timeline" data-testid="timeline" aria-labelledby="timeline-heading">
      <div className="timeline-head">
        <h3 id="timeline-heading">Calls</h3>
        <ul className="legend" aria-label="Legend">
          <li className="answered">answered</li>
          <li className="refused">refused</li>
          <li className="lost">lost</li>
          <li className="cancelled">cancelled</li>
          <li className="waiting">waiting to retry</li>
        </ul>
      </div>
      <div className="chart" aria-hidden="true">
        {layOut(Object.keys(lanes), calls, now).map(({ lane, rows }) => (
          <div className="lane" key={lane} data-lane={lane}>
            <span className="lane-name">{lanes[lane]}</span>
            <div className="lane-rows">
              {(rows.length > 0 ? rows : [{ bars: [], waits: [] }]).map((row, n) => (
                <div className="row" key={n}>
                  {row.waits.map((wait) => (
                    <span key={wait.key} className="wait" style={place(wait.from, wait.to)} />
                  ))}
                  {row.bars.map((bar) => (
                    <span
                      key={bar.key}
                      className={`call ${tone(bar.attempt)}`}
                      data-result={bar.attempt.result}
                      style={place(bar.from, bar.to)}
                      onPointerEnter={() => setPointed({ bar, lane })}
                      onPointerLeave={() => setPointed(undefined)}
                    />
                  ))}
                </div>
              ))}
              {pointed?.lane === lane && (
                <span className="tooltip" style={{ left: `clamp(6rem, ${at(pointed.bar.from)}, calc(100% - 6rem))` }}>
                  <strong>{pointed.bar.call.label}</strong>
                  {sayAttempt(pointed.bar.attempt, pointed.bar.number, now)}
                </span>
              )}
            </div>
          </div>
        ))}
        <div className="axis">
          {ticks(span).map((time) => (
            <span key={time} style={{ left: at(time) }}>
              {sayTick(time)}
            </span>
          ))}
        </div>
      </div>
      <CallTable calls={calls} lanes={lanes} now={now} />
    </section>
  );
}

function tone({ result }: Attempt): string {
  return result === "timed out" ? "lost" : result;
}
