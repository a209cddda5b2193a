import { useEffect, useRef } from "react";
import { ClassroomPage } from "./classroom/ClassroomPage";
import { PaidPage } from "./paid/PaidPage";
import { Link, usePath } from "./router";
import { StoryboardPage } from "./storyboard/StoryboardPage";
import { WhyPage } from "./why/WhyPage";

const pages = {
  "/": { title: "sluicegate storyboard", Page: StoryboardPage },
  "/why": { title: "Why a limit · sluicegate", Page: WhyPage },
  "/paid": { title: "Paid once · sluicegate", Page: PaidPage },
  "/classroom": { title: "Classroom · sluicegate", Page: ClassroomPage },
};

export function App() {
  const path = usePath().replace(/(.)\/$/, "$1");
  const page = path in pages ? pages[path as keyof typeof pages] : undefined;
  const title = page?.title ?? "Not found · sluicegate";

  const content = useRef<HTMLElement>(null);
  const shown = useRef(path);

  useEffect(() => {
    document.title = title;
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
      <header className="site-header">
        <Link to="/" className="wordmark">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          sluicegate
        </Link>
        <nav aria-label="Pages">
          <Link to="/">Storyboard</Link>
          <Link to="/why">Why</Link>
          <Link to="/paid">Paid once</Link>
          <Link to="/classroom">Classroom</Link>
        </nav>
      </header>
      <main id="content" ref={content} tabIndex={-1}>
        {page === undefined ? <NotFound /> : <page.Page />}
      </main>
    </>
  );
}

function NotFound() {
  return (
    <div className="plain-page">
      <h1>There is no such page</h1>
      <p>
        <Link to="/">Go to the storyboard</Link>
      </p>
    </div>
  );
}
