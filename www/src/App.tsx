import { FaultBadge } from "@sluicegate/fault-server/panel";
import { lazy, type MouseEvent, Suspense, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import styles from "./App.module.css";
import { BulkPage } from "./bulk/BulkPage";
import { ClassroomPage } from "./classroom/ClassroomPage";
import { PaidPage } from "./paid/PaidPage";
import { replacements } from "./runs/history";
import { ScriptPage } from "./script/ScriptPage";
import { useStore } from "./store";
import { StoryboardPage } from "./storyboard/StoryboardPage";
import { WhyPage } from "./why/WhyPage";

// The YAML reader weighs as much as a third of the app: it comes with the page that needs it.
const VideosPage = lazy(async () => ({ default: (await import("./videos/VideosPage")).VideosPage }));

/** In the order of the navigation. */
const pages = {
  "/": { name: "Storyboard", title: "sluicegate storyboard", Page: StoryboardPage },
  "/bulk": { name: "Bulk", title: "Bulk previews and animations · sluicegate", Page: BulkPage },
  "/script": { name: "Script", title: "A script in batches · sluicegate", Page: ScriptPage },
  "/classroom": { name: "Classroom", title: "Classroom · sluicegate", Page: ClassroomPage },
  "/videos": { name: "Videos", title: "Videos · sluicegate", Page: VideosPage },
  "/why": { name: "Why", title: "Why limit concurrency · sluicegate", Page: WhyPage },
  "/paid": { name: "Paid once", title: "Paid once · sluicegate", Page: PaidPage },
};

/** A modified click opens a new tab or window, and leaves this page where it is. */
function toTop({ metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): void {
  if (!(metaKey || ctrlKey || shiftKey || altKey)) scrollTo(0, 0);
}

export function App() {
  const path = useLocation()[0].replace(/(.)\/$/, "$1");
  const page = path in pages ? pages[path as keyof typeof pages] : undefined;
  const title = page?.title ?? "Not found · sluicegate";

  const replaced = useStore(replacements);
  const content = useRef<HTMLElement>(null);
  const shown = useRef(path);

  useEffect(() => {
    document.title = title;
    // On a phone the row of pages scrolls.
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (shown.current === path) return;
    shown.current = path;
    // As after loading a page: reading goes on from its beginning, not from the link.
    content.current?.focus({ preventScroll: true });
  }, [title, path]);

  return (
    <>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <header className={styles.header}>
        <Link to="/" className={styles.wordmark} onClick={toTop}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          sluicegate
        </Link>
        <nav aria-label="Pages" className="scroll">
          {Object.entries(pages).map(([to, { name }]) => (
            <Link key={to} to={to} aria-current={to === path ? "page" : undefined} onClick={toTop}>
              {name}
            </Link>
          ))}
        </nav>
        {/* The calls of that page meet no faults, and crowd out the polls. */}
        {path !== "/why" && <FaultBadge />}
      </header>
      <main id="content" ref={content} tabIndex={-1}>
        <Suspense fallback={<p className="plain-page">Loading…</p>}>
          {page === undefined ? <NotFound /> : <page.Page key={replaced} />}
        </Suspense>
      </main>
    </>
  );
}

function NotFound() {
  return (
    <div className="plain-page">
      <h1>Page not found</h1>
      <p>
        <Link to="/">Go to the storyboard</Link>
      </p>
    </div>
  );
}
