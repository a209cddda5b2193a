/** Reads a YAML text field by field, and notes what is wrong with each by its path, its value and its line. */
import { type Document, isNode, LineCounter, parseDocument } from "yaml";

export type Path = readonly (string | number)[];

export interface Problem {
  readonly line: number;
  readonly message: string;
}

const LONGEST_VALUE = 60;

export class Fields {
  readonly problems: Problem[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document;
  readonly #root: unknown;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { message, pos } of [...this.#document.errors, ...this.#document.warnings]) {
      this.problems.push({ line: this.#lines.linePos(pos[0]).line, message });
    }
    if (this.problems.length > 0) return;
    try {
      this.#root = this.#document.toJS();
    } catch (error) {
      // Aliases that multiply into millions.
      this.problems.push({ line: 1, message: (error as Error).message });
    }
  }

  say(path: Path, message: string): void {
    this.problems.push({ line: this.#lineOf(path), message: `${nameOf(path)} ${message}` });
  }

  /** Whether there is a mapping; notes each of its keys that nobody reads, which a misspelt one would otherwise be. */
  known(path: Path, keys: readonly string[], need: "required" | "optional" = "required"): boolean {
    const value = this.#get(path);
    if (value === undefined && need === "optional") return false;
    if (!isMapping(value)) {
      this.#mustBe(path, "a mapping", value);
      return false;
    }
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) this.say([...path, key], `is not known; known here are ${keys.join(", ")}`);
    }
    return true;
  }

  length(path: Path): number | undefined {
    const value = this.#get(path);
    if (Array.isArray(value)) return value.length;
    this.#mustBe(path, "a list", value);
    return undefined;
  }

  text(path: Path, fallback?: string): string {
    const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
    return this.#read(path, "a text that is not empty", isText, fallback) ?? "";
  }

  texts(path: Path, fallback: readonly string[]): readonly string[] {
    const list = this.#read<readonly unknown[]>(path, "a list of texts", (value) => Array.isArray(value), fallback);
    return list === undefined || list === fallback ? fallback : list.map((_, n) => this.text([...path, n]));
  }

  boolean(path: Path, fallback: boolean): boolean {
    return (
      this.#read(path, "true or false", (value): value is boolean => typeof value === "boolean", fallback) ?? fallback
    );
  }

  integerFrom(path: Path, least: number, fallback: number): number {
    const isInteger = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= least;
    return this.#read(path, `an integer from ${least}`, isInteger, fallback) ?? fallback;
  }

  oneOf<V extends string>(path: Path, values: readonly V[]): V | undefined;
  oneOf<V extends string>(path: Path, values: readonly V[], fallback: V): V;
  oneOf<V extends string>(path: Path, values: readonly V[], fallback?: V): V | undefined {
    const expected = values.map((value) => JSON.stringify(value)).join(" or ");
    return this.#read(path, expected, (value): value is V => values.includes(value as V), fallback) ?? fallback;
  }

  #read<V>(
    path: Path,
    expected: string,
    isRight: (value: unknown) => value is V,
    fallback: V | undefined,
  ): V | undefined {
    const value = this.#get(path);
    if (value === undefined && fallback !== undefined) return fallback;
    if (isRight(value)) return value;
    this.#mustBe(path, expected, value);
    return undefined;
  }

  #mustBe(path: Path, expected: string, value: unknown): void {
    this.say(
      path,
      value === undefined ? `is missing; it must be ${expected}` : `must be ${expected}, not ${show(value)}`,
    );
  }

  #get(path: Path): unknown {
    let value = this.#root;
    for (const key of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string | number, unknown>)[key];
    }
    return value;
  }

  /** Of the field, or of the nearest one around it that is there. */
  #lineOf(path: Path): number {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = depth === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return this.#lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function nameOf(path: Path): string {
  const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return name.replace(/^\./, "") || "The pipeline";
}

function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
