import type { ReactNode } from "react";
import { LabPanel } from "../lab/LabPanel";
import "../styles/storyboard.css";
import "../styles/systems.css";

interface SystemPageProps {
  readonly title: string;
  readonly lead: ReactNode;
  /** The source of the module, as in the repository. */
  readonly recipe: { readonly file: string; readonly source: string };
  /** Controls to use before a start. */
  readonly controls: ReactNode;
  readonly children: ReactNode;
}

/** One of the systems: what is chosen on the left, what is happening in the middle, what may go wrong on the right. */
export function SystemPage({ title, lead, recipe, controls, children }: SystemPageProps) {
  return (
    <div className="storyboard-page system-page">
      <section className="panel system-intro" aria-labelledby="system-title">
        <h1 id="system-title">{title}</h1>
        <p className="muted">{lead}</p>
        {controls}
      </section>
      <div className="stage">
        {children}
        <section className="panel recipe" aria-labelledby="recipe-heading">
          <h2 id="recipe-heading">The code</h2>
          <p className="muted">
            <code>{recipe.file}</code>
          </p>
          <pre tabIndex={0}>
            <code>{recipe.source.trim()}</code>
          </pre>
        </section>
      </div>
      <LabPanel />
    </div>
  );
}
