/** A YAML text, and where in it something is wrong. */
import { isNode, LineCounter, parseDocument } from "yaml";

export type Path = readonly (string | number)[];

export interface Problem {
  readonly line: number;
  readonly message: string;
}

/** What a text holds, or what keeps it from being read; and the line of a field, or of the nearest one around it. */
export function readYaml(text: string): { value: unknown; problems: Problem[]; lineOf: (path: Path) => number } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    message,
  }));
  const lineOf = (path: Path): number => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  if (problems.length > 0) return { value: undefined, problems, lineOf };
  try {
    return { value: document.toJS(), problems, lineOf };
  } catch (error) {
    // Aliases that multiply into millions.
    return { value: undefined, problems: [{ line: 1, message: (error as Error).message }], lineOf };
  }
}
