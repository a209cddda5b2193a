import { lazy, Suspense } from "react";

// The YAML reader weighs as much as a third of the app: it comes with the page that needs it.
const Page = lazy(async () => ({ default: (await import("./VideosPage")).VideosPage }));

export function VideosPage() {
  return (
    <Suspense fallback={<p className="plain-page">Loading…</p>}>
      <Page />
    </Suspense>
  );
}
