/** A pipeline as its YAML describes it, in the YAML's own words. */
import { Fields, type Path, type Problem } from "./fields";

interface Step<Type extends string, Params> {
  readonly name: string;
  readonly type: Type;
  readonly model: string;
  readonly params: Params;
}
export type TextToImage = Step<"text_to_image", { readonly aspect_ratio: string }>;
export type SplitImage = Step<"split_image", { readonly grid: Grid; readonly naming: string }>;
export type ImageToVideo = Step<
  "image_to_video",
  {
    readonly parallel: boolean;
    readonly max_workers: number;
    readonly duration: string;
    /** Of an image that has none of its own. */
    readonly prompt: string;
    readonly prompts: readonly string[];
  }
>;
export type Grid = (typeof GRIDS)[number];

export interface Pipeline {
  readonly name: string;
  readonly description: string;
  readonly prompt: string;
  readonly steps: {
    readonly text_to_image: TextToImage;
    readonly split_image: SplitImage;
    readonly image_to_video: ImageToVideo;
  };
  readonly output_dir: string;
  readonly save_intermediates: boolean;
}

const KEYS = ["name", "description", "prompt", "steps", "output_dir", "save_intermediates"];
const GRIDS = ["2x2", "3x3"] as const;
const TYPES = ["text_to_image", "split_image", "image_to_video"] as const;
const MODELS = {
  text_to_image: ["nano_banana_pro"],
  split_image: ["local"],
  image_to_video: ["kling_2_6_pro", "kling_2_1"],
} as const;
/** As in the real pipeline. */
const DEFAULT_PROMPT = "Create a cinematic video from this image";
const DEFAULT_WORKERS = 4;

/** Either what the text describes, or everything that is wrong with it. */
export function readPipeline(text: string): { pipeline: Pipeline } | { problems: readonly Problem[] } {
  const fields = new Fields(text);
  const isReadable = fields.problems.length === 0 && fields.known([], KEYS);
  const pipeline = isReadable ? pipelineIn(fields) : undefined;
  return pipeline === undefined || fields.problems.length > 0 ? { problems: fields.problems } : { pipeline };
}

function pipelineIn(fields: Fields): Pipeline {
  const order = TYPES.join(" → ");
  const count = fields.length(["steps"]);
  if (count !== undefined && count !== TYPES.length)
    fields.say(["steps"], `must be ${TYPES.length} steps (${order}), not ${count}`);
  TYPES.forEach((type, n) => {
    const path = ["steps", n];
    if (n >= (count ?? 0) || !fields.known(path, ["name", "type", "model", "params"])) return;
    const found = fields.oneOf([...path, "type"], TYPES);
    if (found !== undefined && found !== type)
      fields.say([...path, "type"], `must be "${type}" (the steps are ${order}), not "${found}"`);
  });
  // A step in a wrong place is a problem already; its params would be read as those of another step.
  const steps = fields.problems.length > 0 ? nothing() : stepsIn(fields);
  return {
    name: fields.text(["name"]),
    description: fields.text(["description"], ""),
    prompt: fields.text(["prompt"]),
    steps,
    output_dir: fields.text(["output_dir"], "output"),
    save_intermediates: fields.boolean(["save_intermediates"], false),
  };
}

function stepsIn(fields: Fields): Pipeline["steps"] {
  const [picture, split, animate] = TYPES.map(
    (_, n) =>
      (...rest: Path): Path => ["steps", n, ...rest],
  ) as [At, At, At];
  fields.known(picture("params"), ["aspect_ratio"], "optional");
  fields.known(split("params"), ["grid", "naming"]);
  fields.known(animate("params"), ["parallel", "max_workers", "duration", "prompt", "prompts"], "optional");
  return {
    text_to_image: step(fields, picture, "text_to_image", {
      aspect_ratio: fields.oneOf(picture("params", "aspect_ratio"), ["16:9", "1:1", "9:16"], "16:9"),
    }),
    split_image: step(fields, split, "split_image", {
      grid: fields.oneOf(split("params", "grid"), GRIDS) ?? "2x2",
      naming: naming(fields, split("params", "naming")),
    }),
    image_to_video: step(fields, animate, "image_to_video", {
      parallel: fields.boolean(animate("params", "parallel"), false),
      max_workers: fields.integerFrom(animate("params", "max_workers"), 1, DEFAULT_WORKERS),
      duration: fields.oneOf(animate("params", "duration"), ["5", "10"], "5"),
      prompt: fields.text(animate("params", "prompt"), DEFAULT_PROMPT),
      prompts: fields.texts(animate("params", "prompts"), []),
    }),
  };
}

type At = (...rest: Path) => Path;

function step<Type extends (typeof TYPES)[number], Params>(
  fields: Fields,
  at: At,
  type: Type,
  params: Params,
): Step<Type, Params> {
  return { name: fields.text(at("name"), type), type, model: fields.oneOf(at("model"), MODELS[type]) ?? "", params };
}

function naming(fields: Fields, path: Path): string {
  const text = fields.text(path, "scene_{n}");
  if (!text.includes("{n}") || /[/\\]/.test(text))
    fields.say(path, `must contain {n} and no slash, not ${JSON.stringify(text)}`);
  return text;
}

/** Never returned: beside it there is a problem. */
function nothing(): Pipeline["steps"] {
  return {} as Pipeline["steps"];
}
