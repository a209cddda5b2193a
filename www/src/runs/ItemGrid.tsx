import type { ReactNode } from "react";
import { toFailure } from "recipes/shared/failure";
import type { RunControls } from "sluicegate/react";
import { Icon, type IconName } from "../Icon";

export type RunItem<V> = RunControls<V>["items"][number];

const looks: Record<RunItem<unknown>["status"], { text: string; icon: IconName }> = {
  waiting: { text: "Waiting", icon: "clock" },
  running: { text: "Running", icon: "brush" },
  retrying: { text: "Waiting to retry", icon: "redo" },
  fulfilled: { text: "Done", icon: "check" },
  rejected: { text: "Failed", icon: "alert" },
  cancelled: { text: "Cancelled", icon: "stop" },
  skipped: { text: "Already exists", icon: "check" },
};

interface ItemGridProps<V> {
  readonly items: readonly RunItem<V>[];
  readonly nameOf: (item: RunItem<V>) => string;
  /** Renders an item, such as its picture. */
  readonly show: (item: RunItem<V>) => ReactNode;
  readonly onRetry?: ((key: string) => void) | undefined;
}

/** The states of the items, in words and icons, never by color alone. */
export function ItemGrid<V>({ items, nameOf, show, onRetry }: ItemGridProps<V>) {
  return (
    <ul className="item-grid" aria-label="Items">
      {items.map((item) => {
        const look = looks[item.status];
        const isRejected = item.status === "rejected";
        return (
          <li
            key={item.key}
            tabIndex={-1}
            className={`item ${item.status}`}
            data-testid={`item-${item.key}`}
            data-status={item.status}
          >
            <div className="item-view">{show(item)}</div>
            <p className="item-name">{nameOf(item)}</p>
            <p className="item-state">
              <Icon name={look.icon} />
              <span>{isRejected ? toFailure(item.reason).message : look.text}</span>
            </p>
            {onRetry && (isRejected || item.status === "cancelled") && (
              <button
                type="button"
                className="button small"
                data-testid={`retry-${item.key}`}
                onClick={({ currentTarget }) => {
                  // The button goes with the press: the focus stays with its item.
                  currentTarget.closest("li")?.focus({ preventScroll: true });
                  onRetry(item.key);
                }}
              >
                <Icon name="redo" />
                Retry
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
