import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderPicture } from "./picture/picture.mjs";
import { renderSound } from "./sound/sound.mjs";
import { splitStory } from "./text/story.mjs";

const STORY =
  "The Lamp Keeper\n\nA girl lived in a cottage by the sea. Every evening she lit the lamp. One night a storm came, and the boat of her father was out. " +
  'She climbed the lighthouse. A fox waited in the forest. "Where to?" it asked. At dawn the boat came home. They ate bread, and the cat slept by the fire. It snowed on the castle.';

describe("sounds", () => {
  for (const text of [
    "The waves broke below the lighthouse while the lamp burned on and on, and the keeper slept.",
    "Hm.",
    "月亮升起来了。",
    "…",
  ]) {
    test(`a WAV file of ${JSON.stringify(text.slice(0, 20))}`, () => {
      const file = renderSound(text, 0);
      assert.equal(file.toString("latin1", 0, 4) + file.toString("latin1", 8, 16), "RIFFWAVEfmt ");
      assert.deepEqual(
        [
          file.readUInt16LE(20),
          file.readUInt16LE(22),
          file.readUInt32LE(24),
          file.readUInt16LE(34),
          file.readUInt32LE(40),
        ],
        [1, 1, 22_050, 16, file.length - 44],
      );
      const seconds = (file.length - 44) / 2 / 22_050;
      assert.ok(seconds >= 2 && seconds <= 6.001, String(seconds));
      let peak = 0;
      for (let i = 44; i < file.length; i += 2) peak = Math.max(peak, Math.abs(file.readInt16LE(i)));
      assert.ok(Math.abs(20 * Math.log10(peak / 32768) + 6) < 0.3);
      assert.ok(Math.abs(file.readInt16LE(44)) < 40 && Math.abs(file.readInt16LE(file.length - 2)) < 40);
      assert.deepEqual(renderSound(text, 0), file);
      assert.notDeepEqual(renderSound(text, 1), file);
    });
  }
});

/** Every opened element is closed in order, and no attribute is given twice. @param {string} svg */
function assertWellFormed(svg) {
  /** @type {string[]} */
  const open = [];
  let end = 0;
  for (const tag of svg.matchAll(/<(\/?)([A-Za-z]+)((?: [\w:-]+="[^"<&]*")*)(\/?)>/g)) {
    assert.equal(tag.index, end, `loose text before ${tag[0].slice(0, 60)}`);
    end = tag.index + tag[0].length;
    const names = [...tag[3].matchAll(/ ([\w:-]+)=/g)].map(([, name]) => name);
    assert.equal(new Set(names).size, names.length, tag[0].slice(0, 80));
    if (tag[1]) assert.equal(open.pop(), tag[2]);
    else if (!tag[4]) open.push(tag[2]);
  }
  assert.equal(end, svg.length);
  assert.deepEqual(open, []);
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const [, id] of svg.matchAll(/(?:url\(#|href="#)([\w-]+)/g))
    assert.ok(ids.includes(id), `#${id} is not defined`);
}

describe("pictures", () => {
  const words =
    "girl boy woman king queen knight wolf fox dog cat horse deer bear rabbit sheep mouse birds owl fish whale dragon tree pine apple flowers mushroom reed cottage castle tower church lighthouse windmill city bridge the_well fence gate road boat sailboat ship train car cart balloon kite rocket robot lamp fire book sword crown chest bed window table chair clock stone star cloud sun moon mountains sea forest river town meadow garden desert room sky snow rain storm fog wind autumn dawn dusk night day asleep"
      .split(" ")
      .map((word) => word.replace("_", " "));

  test("are well-formed, small and the same each time", () => {
    const prompts = words.map(
      (word, i) =>
        `A ${word} and a ${words[(i * 7 + 3) % words.length]}, ${words[(i * 31 + 11) % words.length]} and ${words[(i * 17 + 5) % words.length]}`,
    );
    for (const prompt of [...prompts, words.join(" "), "", '<&">]]>\u0000', "月亮升起来了"]) {
      for (const variation of [0, 1]) {
        const svg = renderPicture(prompt, variation);
        assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 1280 720"/);
        assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
        assert.ok(svg.length < 30_000, `${svg.length}: ${prompt}`);
        assertWellFormed(svg);
        assert.equal(renderPicture(prompt, variation), svg);
      }
      assert.notEqual(renderPicture(prompt, 0), renderPicture(prompt, 1));
    }
  });

  test("show what the words name", () => {
    for (const word of ["fox", "castle", "train", "whale at sea", "balloon"]) {
      assert.notEqual(
        renderPicture(`A ${word} on a day in the meadow`).length,
        renderPicture("A day in the meadow").length,
      );
    }
  });
});

describe("stories", () => {
  test("become scenes whatever they are", () => {
    const count = (/** @type {string} */ text) => splitStory(text).scenes.length;
    assert.equal(count("One."), 1);
    assert.ok(count(STORY) >= 6);
    assert.ok(count("The cat sat on the mat and looked. ".repeat(60)) <= 24);
    for (const text of [
      "The cat sat. ".repeat(9000),
      "word ".repeat(40_000),
      "x".repeat(200_000),
      "月亮升起来了。".repeat(3000),
    ])
      assert.equal(count(text), 40);
    const { scenes } = splitStory(STORY);
    assert.ok(scenes.every(({ narration, visualPrompt }) => narration && visualPrompt));
    assert.equal(scenes.map(({ narration }) => narration).join(" "), STORY.slice("The Lamp Keeper\n\n".length));
  });
});
