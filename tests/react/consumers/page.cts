// As page.tsx, for CommonJS: its types are files of their own.
import react = require("react");
import sluicegate = require("sluicegate");
import hooks = require("sluicegate/react");
import views = require("sluicegate/react/devtools");

export function Shots({ run }: { run: sluicegate.Run<string> | undefined }): react.ReactElement {
  const pipeline = hooks.useRun((title: string) =>
    sluicegate.startPipeline<{ script: string }>([{ name: "script", run: () => title }]),
  );
  const script: string | undefined = pipeline.start("title").outputs.script;
  const seen: hooks.RunControls<string> = hooks.useRunState(run);
  // @ts-expect-error a title is a string
  pipeline.start(5);
  // @ts-expect-error what is started has to be a run
  hooks.useRun(() => 5);
  return react.createElement("button", { onClick: seen.cancel }, seen.report?.values.join(), script);
}

export const view: react.ReactElement = views.RunProgress({ run: undefined });
