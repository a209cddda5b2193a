import type { Kind } from "recipes/bulk/board";
import type { BulkResult } from "recipes/bulk/result";

export function ResultPanel({ kind, result }: { kind: Kind; result: BulkResult }) {
  const { generated, results } = result;
  return (
    <section className="panel" aria-labelledby="result-heading">
      <h2 id="result-heading">{`Generated ${generated} of ${results.length} ${kind}s`}</h2>
      <p className="muted">The return value, in scene order:</p>
      <pre role="group" tabIndex={0} aria-labelledby="result-heading">
        <code data-testid="result">{sayResult(result)}</code>
      </pre>
    </section>
  );
}

/** JSON, with a line for each scene. */
function sayResult({ results, ...sums }: BulkResult): string {
  const lines = results.map((result) => `\n    ${JSON.stringify(result)}`);
  return `${JSON.stringify(sums, undefined, 2).slice(0, -2)},\n  "results": [${lines.join()}${lines.length > 0 ? "\n  " : ""}]\n}`;
}
