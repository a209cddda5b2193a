// What runs rely on in the store of a journal, as tests.

import { A_FUNCTION, badOption } from "../runtime/values.ts";
import type { JournalEntry, JournalStore } from "./types.ts";

export interface Contract {
  readonly createStore: (name: string) => JournalStore | PromiseLike<JournalStore>;
  readonly values: readonly unknown[];
  /** In milliseconds. */
  readonly timeout: number;
}

/** Opens stores for one test. The same name gives the same entries. */
type Open = (name?: string) => Promise<JournalStore>;
type Check = (open: Open, contract: Contract) => Promise<void>;

/** Milliseconds after which a store that should wait for another one counts as one that waits. */
const WAIT = 50;

const pause = () => new Promise((resolve) => setTimeout(resolve, WAIT));

const isOpened = async (store: JournalStore): Promise<boolean> => {
  try {
    await store.open?.();
    return true;
  } catch {
    return false;
  }
};

/** Keys and steps that a store must not take for each other, whatever it puts between the two. */
const SEPARATORS = ["\n", "/", ":", ".", " ", ",", "|", "-"];
const JOINED = SEPARATORS.flatMap((separator) => [`a${separator}b`, `b${separator}c`]);
const NAMES = ["a", "b", "c", "A", "ä", "日本", "a%2Fb", 'a"b', "%", "__proto__", "constructor", ...JOINED];

const VALUES: readonly unknown[] = [
  null,
  false,
  0,
  "",
  1.5,
  "text with \n and 🎈",
  [],
  [1, [null]],
  {},
  { url: "https://example.com/1.png", parts: [{ id: 1 }], "a key": { nested: true } },
];

/** Returns the entry of a finished item, unless told otherwise. */
const entryOf = (key: string, others: Partial<JournalEntry> = {}): JournalEntry => ({
  key,
  idempotencyKey: `key of ${key}`,
  repeatable: true,
  status: "fulfilled",
  attempts: 1,
  at: 1_700_000_000_000,
  ...others,
});

const CHECKS: Record<string, Check> = {
  "a journal that nobody has used has no entries": async (open) => {
    expectEntries(await (await open()).load(), []);
  },

  "an entry is there for another page as soon as `append` has resolved": async (open) => {
    const [one, other] = [await open(), await open()];
    for (const status of ["started", "fulfilled"] as const) {
      const entry = entryOf("a", { status });
      await one.append(entry);
      expectEntries(await other.load(), [entry]);
    }
  },

  "all fields of an entry are kept, and those that it lacks stay undefined": async (open) => {
    const store = await open();
    const entries = [
      entryOf("", { idempotencyKey: "", status: "started", value: [{ theme: "sea" }], attempts: 0 }),
      entryOf("a", { repeatable: false, status: "started" }),
      entryOf("b", { status: "rejected", reason: { name: "HttpError", status: 404 }, attempts: 3 }),
      entryOf("b", { step: "draw", status: "waiting", at: 0 }),
    ];
    for (const entry of entries) await store.append(entry);
    expectEntries(await (await open()).load(), entries);
  },

  "the newest entry of each key and step is loaded, also if nobody waited in between": async (open) => {
    const store = await open();
    const entries: JournalEntry[] = [];
    for (const status of ["started", "waiting", "started", "fulfilled"] as const) {
      for (const key of ["a", "b"]) entries.push(entryOf(key, { status }), entryOf(key, { step: "draw", status }));
    }
    await Promise.all(entries.map((entry) => store.append(entry)));
    expectEntries(await store.load(), entries.slice(-4));
  },

  "keys and steps with any characters have entries of their own": async (open) => {
    const store = await open();
    const steps = [{}, ...NAMES.map((step) => ({ step }))];
    const entries = ["", ...NAMES].flatMap((key) => steps.map((step) => entryOf(key, step)));
    await Promise.all(entries.map((entry) => store.append(entry)));
    expectEntries(await store.load(), entries);
  },

  "values come back as they were": async (open, { values }) => {
    const store = await open();
    const entries = [...VALUES, ...values].map((value, index) => entryOf(`${index}`, { value }));
    for (const entry of entries) await store.append(entry);
    expectEntries(await (await open()).load(), entries);
  },

  "a value that is changed after it was stored, or after it was loaded, stays as it was": async (open) => {
    const store = await open();
    const value = { urls: ["a"] };
    await store.append(entryOf("a", { value }));
    value.urls.push("b");
    const [loaded] = await store.load();
    (loaded?.value as typeof value | undefined)?.urls.push("c");
    expectEntries(await store.load(), [entryOf("a", { value: { urls: ["a"] } })]);
  },

  "`append` rejects a value that it cannot store, and the entry before stays": async (open) => {
    const store = await open();
    const before = entryOf("a", { status: "started" });
    await store.append(before);
    for (const value of [() => {}, { draw: () => {} }, Symbol("a")]) {
      const isStored = await store.append(entryOf("a", { value })).then(
        () => true,
        () => false,
      );
      if (isStored) throw new Error(`\`append\` resolved, but it cannot have stored ${shown(value)}`);
    }
    expectEntries(await store.load(), [before]);
  },

  "a thousand entries are stored side by side": async (open) => {
    const store = await open();
    const entries = Array.from({ length: 1_000 }, (_, index) => entryOf(`${index}`, { value: { index } }));
    await Promise.all(entries.map((entry) => store.append(entry)));
    expectEntries(await store.load(), entries);
  },

  "journals with names that begin alike are kept apart, and cleared apart": async (open) => {
    const names = ["a", "ab", "a/b", "a%2Fb", "A"];
    const stores = await Promise.all(names.map((name) => open(name)));
    await Promise.all(stores.map((store, index) => store.append(entryOf("item", { value: names[index] }))));
    await stores[0]?.clear();
    for (const [index, name] of names.entries()) {
      const left = index === 0 ? [] : [entryOf("item", { value: name })];
      expectEntries(await (await open(name)).load(), left);
    }
  },

  "a cleared journal has no entries in another page, and can be used again": async (open) => {
    const [one, other] = [await open(), await open()];
    for (const key of ["", "a"]) await one.append(entryOf(key));
    await one.append(entryOf("a", { step: "draw" }));
    await one.clear();
    expectEntries(await other.load(), []);
    await one.append(entryOf("b"));
    expectEntries(await other.load(), [entryOf("b")]);
  },

  "a journal that is open in one page is opened by another one only when the first has closed it": async (open) => {
    const [one, other] = [await open(), await open()];
    if (!one.open || !other.open) return;
    await one.open();
    let state = "waiting";
    const opened = other.open().then(
      () => (state = "open"),
      () => (state = "refused"),
    );
    await pause();
    if (state === "open") throw new Error("two stores have the journal open at once");
    one.close?.();
    // A journal may be free a moment later than it is closed.
    while ((await opened) === "refused" && !(await isOpened(other))) await pause();
    other.close?.();
  },
};

let contracts = 0;

/** Returns the tests of a store. */
export function contractOf(contract: Contract): { name: string; run: () => Promise<void> }[] {
  const { timeout } = contract;
  return Object.entries(CHECKS).map(([name, check]) => ({
    name,
    run: () => inTime(timeout, run(check, contract)),
  }));
}

async function run(check: Check, contract: Contract): Promise<void> {
  // Stores that outlive the test still have the journals of earlier ones.
  const own = `contract-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${++contracts}`;
  const used = new Map<string, JournalStore>();
  const open: Open = async (name = "a") => {
    const store = await contract.createStore(`${own}-${name}`);
    for (const method of ["load", "append", "clear"] as const) {
      if (typeof store?.[method] === "function") continue;
      throw badOption(`createStore().${method}`, A_FUNCTION, store?.[method]);
    }
    used.set(name, store);
    return store;
  };
  try {
    await check(open, contract);
  } finally {
    for (const store of used.values()) await store.clear();
  }
}

async function inTime(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const end = () => reject(new Error(`the store has not answered after ${milliseconds} ms`));
    timer = setTimeout(end, milliseconds);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

// ── comparing ──

const FIELDS = ["idempotencyKey", "repeatable", "status", "value", "reason", "attempts", "at"] as const;

const nameOf = ({ key, step }: JournalEntry): string =>
  step === undefined ? shown(key) : `${shown(key)}, step ${shown(step)}`;

/** Throws unless the entries are those expected, in any order. A store may add fields of its own. */
function expectEntries(loaded: unknown, expected: readonly JournalEntry[]): void {
  if (!Array.isArray(loaded)) throw new Error(`\`load\` must give an array, but gave ${shown(loaded)}`);
  const found = new Map<string, JournalEntry>();
  for (const entry of loaded as readonly JournalEntry[]) {
    if (typeof entry?.key !== "string") throw new Error(`\`load\` gave an entry without a key: ${shown(entry)}`);
    if (entry.step !== undefined && typeof entry.step !== "string") {
      throw new Error(`the step of ${shown(entry.key)} must be a text or undefined, but is ${shown(entry.step)}`);
    }
    const name = nameOf(entry);
    if (found.has(name)) throw new Error(`\`load\` gave two entries of ${name}`);
    found.set(name, entry);
  }
  for (const entry of expected) {
    const name = nameOf(entry);
    const other = found.get(name);
    if (!other) throw new Error(`\`load\` gave no entry of ${name}`);
    found.delete(name);
    for (const field of FIELDS) {
      if (isEqual(other[field], entry[field])) continue;
      throw new Error(`\`${field}\` of ${name} must be ${shown(entry[field])}, but is ${shown(other[field])}`);
    }
  }
  for (const name of found.keys()) throw new Error(`\`load\` gave an entry of ${name}, which must not be there`);
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Object.prototype.toString.call(one) !== Object.prototype.toString.call(other)) return false;
  if (one instanceof Date) return Object.is(one.getTime(), (other as Date).getTime());
  const fields = Object.keys(one);
  if (fields.length !== Object.keys(other).length) return false;
  return fields.every(
    (field) => Object.hasOwn(other, field) && isEqual(Reflect.get(one, field), Reflect.get(other, field)),
  );
}

function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
