import type { Outline } from "./backend";

/** Lessons whose outlines are written already: from here on each scene costs three calls. */
export interface LessonPlan {
  readonly id: string;
  readonly title: string;
  readonly outlines: readonly Outline[];
}

type Draft = readonly [title: string, description: string, keyPoints: readonly string[], type?: Outline["type"]];

const plan = (id: string, title: string, ...drafts: Draft[]): LessonPlan => ({
  id,
  title,
  outlines: drafts.map(([title, description, keyPoints, type = "slide"], index) => ({
    id: `${id}-${index + 1}`,
    type,
    title,
    description,
    keyPoints,
    order: index + 1,
  })),
});

export const lessons: readonly [LessonPlan, ...LessonPlan[]] = [
  plan(
    "sky",
    "Why the sky is blue",
    [
      "White light is a mixture",
      "A prism takes it apart into all colors.",
      ["Each color has a wavelength of its own", "Blue waves are short, red ones long"],
    ],
    [
      "Air is not empty",
      "Its molecules are far smaller than a wave of light.",
      ["Nitrogen and oxygen do most of it", "Dust is not needed"],
    ],
    [
      "Small things scatter short waves",
      "Rayleigh found by how much.",
      ["Scattering grows with the fourth power of the frequency", "Blue is scattered several times as much as red"],
      "interactive",
    ],
    [
      "Blue comes from everywhere",
      "What is scattered reaches us from all sides.",
      ["Look away from the sun and the light is second hand"],
    ],
    [
      "Why it is not violet",
      "The sun sends less of it, and our eyes care less for it.",
      ["The upper air keeps some of it", "Three kinds of cones share out the colors"],
    ],
    [
      "Evening turns red",
      "The light comes a long way through the air.",
      ["Blue is gone before it arrives", "What is left is orange and red"],
      "interactive",
    ],
    [
      "What have we seen?",
      "A few questions to end with.",
      ["Blue light is scattered more than red", "The evening sun has lost its blue"],
      "quiz",
    ],
  ),
  plan(
    "bread",
    "How bread rises",
    [
      "Flour and water",
      "Two proteins meet and make a net.",
      ["Gluten stretches and springs back", "Kneading sets it in order"],
    ],
    ["Yeast wakes up", "A living thing is stirred in.", ["It feeds on sugar", "It breathes out carbon dioxide"]],
    [
      "The dough swells",
      "Bubbles are caught in the net.",
      ["Warm dough rises fast", "Cold dough tastes better"],
      "interactive",
    ],
    [
      "In the oven",
      "Everything happens within minutes.",
      ["The gas expands", "At 60 °C the yeast dies, at 80 °C the crumb is set"],
    ],
    ["The crust", "Sugar and protein turn brown.", ["Steam keeps it soft for a while", "Then it crackles"]],
    ["Try it", "What would you change?", ["More water makes larger holes"], "quiz"],
  ),
];
