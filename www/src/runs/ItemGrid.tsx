import type { ReactNode } from "react";
import { toFailure } from "recipes/shared/failure";
import type { RunControls } from "sluicegate/react";
import { Icon } from "../Icon";
import { Button } from "../ui";
import { itemLooks } from "./looks";

export type RunItem<V> = RunControls<V>["items"][number];

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
        const look = itemLooks[item.status];
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
            <p className={`state ${look.tone}`}>
              <Icon name={look.icon} />
              <span>{isRejected ? toFailure(item.reason).message : look.text}</span>
            </p>
            {onRetry && (isRejected || item.status === "cancelled") && (
              <Button
                icon="redo"
                className="small"
                data-testid={`retry-${item.key}`}
                onClick={({ currentTarget }) => {
                  // The button goes with the press: the focus stays with its item.
                  currentTarget.closest("li")?.focus({ preventScroll: true });
                  onRetry(item.key);
                }}
              >
                Retry
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
