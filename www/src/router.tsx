import type { MouseEvent, ReactNode } from "react";
import { useLocation, Link as WouterLink } from "wouter";

export const usePath = (): string => useLocation()[0];

/** A modified click opens a new tab or window, and leaves this page where it is. */
function toTop({ metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): void {
  if (!(metaKey || ctrlKey || shiftKey || altKey)) scrollTo(0, 0);
}

export function Link({ to, className, children }: { to: string; className?: string; children: ReactNode }) {
  const isHere = usePath() === to;
  return (
    <WouterLink href={to} className={className} aria-current={isHere ? "page" : undefined} onClick={toTop}>
      {children}
    </WouterLink>
  );
}
