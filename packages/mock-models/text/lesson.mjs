import { createRandom } from "@sluicegate/fault-server/random";

/**
 * The subject of one scene.
 * @typedef {object} Outline
 * @property {string} id
 * @property {string} type        "slide", "quiz" or "interactive"
 * @property {string} title
 * @property {string} description
 * @property {string[]} keyPoints
 * @property {number} order
 */

const LAYOUTS = ["title-and-points", "two-columns", "picture-left", "picture-right"];
const OPENINGS = ["We continue with", "Now we turn to", "Next comes", "The next topic is"];
const TAKEN_UP = ["You have just heard:", "Remember:", "A moment ago we learned:", "This builds on"];
const QUOTED_WORDS = 9;

/**
 * The outline as it is really taught: an interactive scene without a widget becomes a slide.
 * @param {Outline} outline
 * @returns {Outline}
 */
export function effectiveOutline(outline) {
  return outline.type === "interactive" ? { ...outline, type: "slide" } : outline;
}

/**
 * Returns the elements that are shown.
 * @param {string | number} seed @param {Outline} outline
 */
export function writeContent(seed, { id, type, title, description, keyPoints }) {
  const dice = createRandom(`${seed}/content/${id}`);
  const points = keyPoints.map((text, index) => ({ id: `${id}-point-${index + 1}`, type: "text", text }));
  return {
    layout: dice.pick(LAYOUTS),
    elements: [{ id: `${id}-title`, type: "text", text: title }, ...points],
    remark: description,
    ...(type === "quiz"
      ? {
          questions: keyPoints.map((point) => ({
            question: `Is it so? ${point}`,
            options: ["Yes", "No"],
            answer: "Yes",
          })),
        }
      : {}),
  };
}

/**
 * Returns the speeches and gestures, and the speeches that the next scene takes up.
 * @param {string | number} seed @param {string} stageId @param {Outline} outline
 * @param {Record<string, any>} content @param {string[]} previousSpeeches
 */
export function writeActions(seed, stageId, outline, content, previousSpeeches) {
  const { id, type, title, order } = outline;
  const dice = createRandom(`${seed}/actions/${id}`);
  const last = previousSpeeches.at(-1);
  const opening = `${dice.pick(OPENINGS)} “${title}”.`;
  const speeches = [
    last === undefined
      ? `Welcome. The first topic is “${title}”.`
      : `${dice.pick(TAKEN_UP)} “${beginning(last)}” ${opening}`,
    [content.remark, ...outline.keyPoints.map((point) => `${point}.`)].join(" "),
  ];
  const actions = speeches.flatMap((text, index) => [
    {
      id: `${id}-look-${index + 1}`,
      type: "spotlight",
      elementId: content.elements[Math.min(index, content.elements.length - 1)].id,
    },
    { id: `${id}-say-${index + 1}`, type: "speech", text },
  ]);
  return { scene: { id: `scene-${id}`, stageId, type, title, order, content, actions }, previousSpeeches: speeches };
}

/** @param {string} text */
function beginning(text) {
  const words = text.split(/\s+/u);
  return words.length > QUOTED_WORDS ? `${words.slice(0, QUOTED_WORDS).join(" ")} …` : text;
}
