// Mounts an example into an element of a page.

import { type ComponentType, createElement } from "react";
import { createRoot } from "react-dom/client";
import { backendIsReady } from "./backend";
import { Cancelling } from "./cancel";
import { Limited } from "./limit";
import { Reloaded } from "./reload";
import { Retried } from "./retry";

const EXAMPLES: Record<string, ComponentType> = {
  limit: Limited,
  retry: Retried,
  cancel: Cancelling,
  reload: Reloaded,
};

/** Resolves to a function that removes the example. */
export async function show(host: HTMLElement, name: string): Promise<() => void> {
  const Example = EXAMPLES[name];
  if (!Example) throw new Error(`there is no example ${name}`);
  try {
    await backendIsReady();
  } catch (error) {
    host.textContent = `This example needs a service worker, which this page cannot have: ${error}`;
    return () => {};
  }
  host.textContent = "";
  const root = createRoot(host);
  root.render(createElement(Example));
  return () => root.unmount();
}
