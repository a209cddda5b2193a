// Waits for items that the source of a run has not given yet.

import { drainSoon } from "./drain.ts";
import { engineOf } from "./fast-path.ts";
import type { Run } from "./run.ts";
import { textOf } from "./values.ts";

/** Those who wait for one item. */
interface Wait {
  readonly index: Promise<number>;
  readonly found: (index: number) => void;
  readonly fail: (reason: unknown) => void;
}

/** The keys that somebody waits for, of one run. */
export class Unread {
  readonly #waits = new Map<string, Wait>();

  get isEmpty(): boolean {
    return this.#waits.size === 0;
  }

  /** Resolves to the index of the item with this key, when it has been read. */
  wait(key: string): Promise<number> {
    let wait = this.#waits.get(key);
    if (!wait) {
      let settle: Pick<Wait, "found" | "fail"> | undefined;
      const index = new Promise<number>((found, fail) => {
        settle = { found, fail };
      });
      wait = { index, ...(settle as Pick<Wait, "found" | "fail">) };
      this.#waits.set(key, wait);
    }
    return wait.index;
  }

  /** An item has been read. Returns whether somebody waited for it. */
  found(key: string, index: number): boolean {
    this.#waits.get(key)?.found(index);
    return this.#waits.delete(key);
  }

  /** No more items are read. `why` makes the error of a key that was not among them. */
  end(why: (key: string) => unknown): void {
    for (const [key, { fail }] of this.#waits) fail(why(key));
    this.#waits.clear();
  }
}

/**
 * Returns the index of the item with a key. Of an item that the source has not given yet: a promise, which rejects when
 * the source ends without it. While somebody waits, the source is read on, also past items that wait for inputs.
 */
export function indexWhenRead(run: Run, key: string): number | Promise<number> {
  const { items, itemKeys, source } = run;
  const text = textOf(key);
  const mayCome = source?.isOpen && !run.isOver && !run.isEnding && itemKeys.mayCome(text, items.length);
  if (!mayCome || itemKeys.find(key, items.length) !== undefined) return itemKeys.indexOf(key, items.length);
  run.unread ??= new Unread();
  const index = run.unread.wait(text);
  engineOf(run).engine_seek(run.id, 1);
  drainSoon();
  return index;
}
