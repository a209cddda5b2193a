/** A pipeline as its YAML describes it, in the YAML's own words. */
import * as v from "valibot";
import { type Path, type Problem, readYaml } from "./document";

const LONGEST_VALUE = 60;
const TYPES = ["text_to_image", "split_image", "image_to_video"] as const;
const ORDER = TYPES.join(" → ");

// ── fields, and what is said of them ──

type Issue = v.BaseIssue<unknown>;

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
};
const must =
  (what: string) =>
  ({ input }: Issue): string =>
    input === undefined ? `is missing; it must be ${what}` : `must be ${what}, not ${show(input)}`;

/** A field that may be missing: then its schema is given `undefined`, and says so or has a value of its own. */
const field = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.optional(v.unknown(), () => undefined),
    schema,
  );
const or = <S extends v.GenericSchema, const D extends v.InferOutput<S>>(schema: S, value: D) =>
  v.optional(schema, value as never);

const mapping = <E extends v.ObjectEntries>(entries: E) =>
  v.strictObject(entries, ({ expected, input }) =>
    expected === "never"
      ? `is not known; known here are ${Object.keys(entries).join(", ")}`
      : must("a mapping")({ input } as Issue),
  );

const A_TEXT = must("a text that is not empty");
const text = v.pipe(
  v.string(A_TEXT),
  v.check((value) => value.trim() !== "", A_TEXT),
);
const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, must(values.map((value) => JSON.stringify(value)).join(" or ")));
const AN_INTEGER = must("an integer from 1");
const integer = v.pipe(v.number(AN_INTEGER), v.safeInteger(AN_INTEGER), v.minValue(1, AN_INTEGER));
const flag = or(v.boolean(must("true or false")), false);

// ── the pipeline ──

const typeOf = <T extends (typeof TYPES)[number]>(type: T) =>
  v.literal(type, (issue) =>
    TYPES.includes(issue.input as T)
      ? `must be "${type}" (the steps are ${ORDER}), not "${issue.input}"`
      : must(TYPES.map((known) => JSON.stringify(known)).join(" or "))(issue),
  );

const step = <T extends (typeof TYPES)[number], M extends readonly string[], P extends v.GenericSchema>(
  type: T,
  models: M,
  params: P,
) => mapping({ name: or(text, type), type: field(typeOf(type)), model: field(oneOf(models)), params });

const pipeline = mapping({
  name: field(text),
  description: or(text, ""),
  prompt: field(text),
  steps: field(
    v.strictTuple(
      [
        step(
          "text_to_image",
          ["nano_banana_pro"],
          or(mapping({ aspect_ratio: or(oneOf(["16:9", "1:1", "9:16"]), "16:9") }), {} as never),
        ),
        step(
          "split_image",
          ["local"],
          field(
            mapping({
              grid: field(oneOf(["2x2", "3x3"])),
              naming: or(
                v.pipe(
                  text,
                  v.check(
                    (name) => /^[^/\\]*\{n\}[^/\\]*$/.test(name),
                    ({ input }) => `must contain {n} and no slash, not ${show(input)}`,
                  ),
                ),
                "scene_{n}",
              ),
            }),
          ),
        ),
        step(
          "image_to_video",
          ["kling_2_6_pro", "kling_2_1"],
          or(
            mapping({
              parallel: flag,
              max_workers: or(integer, 4),
              duration: or(oneOf(["5", "10"]), "5"),
              /** Of an image that has none of its own. */
              prompt: or(text, "Create a cinematic video from this image"),
              prompts: or(v.array(text, must("a list of texts")), []),
            }),
            {} as never,
          ),
        ),
      ],
      ({ input }) =>
        Array.isArray(input) ? `must be 3 steps (${ORDER}), not ${input.length}` : must("a list")({ input } as Issue),
    ),
  ),
  output_dir: or(text, "output"),
  save_intermediates: flag,
});

type Read = v.InferOutput<typeof pipeline>;
export type TextToImage = Read["steps"][0];
export type SplitImage = Read["steps"][1];
export type ImageToVideo = Read["steps"][2];
export interface Pipeline extends Omit<Read, "steps"> {
  readonly steps: {
    readonly text_to_image: TextToImage;
    readonly split_image: SplitImage;
    readonly image_to_video: ImageToVideo;
  };
}

/** Either what the text describes, or everything that is wrong with it. */
export function readPipeline(yaml: string): { pipeline: Pipeline } | { problems: readonly Problem[] } {
  const { value, problems, lineOf } = readYaml(yaml);
  if (problems.length > 0) return { problems };
  const { success, output, issues = [] } = v.safeParse(pipeline, value);
  if (success) {
    const [text_to_image, split_image, image_to_video] = output.steps;
    return { pipeline: { ...output, steps: { text_to_image, split_image, image_to_video } } };
  }
  const found = issues.map(({ path = [], message }) => ({ path: path.map(({ key }) => key as string), message }));
  // The fields of a step in a wrong place would be read as those of another step.
  const misplaced = found.filter(({ path }) => path.length === 3 && path[2] === "type");
  return {
    problems: (misplaced.length > 0 ? misplaced : found).map(({ path, message }) => ({
      line: lineOf(path),
      message: `${nameOf(path)} ${message}`,
    })),
  };
}

function nameOf(path: Path): string {
  const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return name.replace(/^\./, "") || "The pipeline";
}
