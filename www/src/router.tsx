/** A few pages, the History API and real links. */
import { type MouseEvent, type ReactNode, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** Leaves everything but a plain click to the browser: new tabs, downloads, other buttons. */
function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  event.preventDefault();
  const { href } = event.currentTarget;
  if (href === location.href) return;
  history.pushState(null, "", href);
  scrollTo(0, 0);
  for (const listener of listeners) listener();
}

export function Link({ to, className, children }: { to: string; className?: string; children: ReactNode }) {
  const isHere = usePath() === to;
  return (
    <a href={to} className={className} aria-current={isHere ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}
