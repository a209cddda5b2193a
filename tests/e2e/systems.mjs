// The five systems of the storyboard, as a person uses them: how a run starts, and what the whole costs.

import { SHORT_STORY } from "./helpers.mjs";

/**
 * @typedef {object} System
 * @property {string} path
 * @property {(page: Pick<import('./tabs-of.mjs').Tab, "getByTestId">) => Promise<unknown>} prepare fills in the form
 * @property {string} start test id of the button that starts a run
 * @property {string} completed status of a run of which all is made
 * @property {number} calls about how many calls are paid for
 * @property {number} cost in credits
 * @property {string} whole a piece that is made, in CSS
 * @property {number} pieces number of pieces when all are made
 */

const nothing = async () => {};

/** @type {Record<string, System>} */
export const systems = {
  bulk: {
    path: "/bulk",
    prepare: nothing,
    start: "start",
    completed: "completed",
    calls: 8,
    cost: 8 * 4,
    whole: ".item img",
    pieces: 12,
  },
  storyboard: {
    path: "/?backend=concurrent",
    prepare: (page) => page.getByTestId("story-text").fill(SHORT_STORY),
    start: "generate",
    completed: "complete",
    calls: 9,
    cost: 2 + 4 * 5,
    whole: '.scene[data-audio="done"][data-image="done"]',
    pieces: 4,
  },
  script: {
    path: "/script?pace=0.01",
    async prepare(page) {
      await page.getByTestId("minutes").selectOption("1");
      await page.getByTestId("batch-size").selectOption("3");
    },
    start: "start",
    completed: "completed",
    calls: 8,
    cost: 2 + 7,
    whole: '.item[data-status="fulfilled"]',
    pieces: 7,
  },
  classroom: {
    path: "/classroom",
    prepare: (page) => page.getByTestId("content-ahead").selectOption("3"),
    start: "start",
    completed: "completed",
    calls: 20,
    cost: 7 * 6,
    whole: '.item[data-status="fulfilled"]',
    pieces: 7,
  },
  videos: {
    path: "/videos",
    prepare: nothing,
    start: "start",
    completed: "completed",
    calls: 5,
    cost: 4 + 4 * 10,
    whole: '.item[data-status="fulfilled"]',
    pieces: 4,
  },
};
