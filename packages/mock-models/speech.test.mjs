import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { renderSound } from "./sound/sound.mjs";
import { languageOf, Speech } from "./sound/speech.mjs";

const TEXT = "The fox found a boat under the willow.";

/** Reads its text, writes down how it was called, and speaks for half a second. */
const FAKE = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync } = require("node:fs");
const [folder, args] = [__dirname, process.argv.slice(2)];
if (args.includes("--voices")) {
  console.log("Pty Language Age/Gender VoiceName File Other Languages\\n 5  en --/M English gmw/en\\n 5  de --/M German gmw/de\\n 5  cmn --/M Chinese sit/cmn (zh-cmn 5)(zh 5)");
} else {
  appendFileSync(folder + "/calls", JSON.stringify({ args, text: readFileSync(0, "utf8") }) + "\\n");
  if (existsSync(folder + "/hang")) setInterval(() => {}, 1000);
  else if (existsSync(folder + "/garbage")) process.stdout.write("no sound");
  else {
    const wav = Buffer.alloc(44 + 22050);
    wav.write("RIFF$\\xf0\\xff\\x7fWAVEfmt ", 0, "latin1");
    wav.writeUInt32LE(16, 16); wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(22050, 24); wav.writeUInt32LE(44100, 28);
    wav.write("data", 36); wav.writeUInt32LE(0x7ffff000, 40);
    process.stdout.write(wav);
  }
}
`;

const { PATH } = process.env;
let folder;
const calls = async () =>
  (await readFile(join(folder, "calls"), "utf8").catch(() => ""))
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe("with espeak-ng", () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "espeak-"));
    await writeFile(join(folder, "espeak-ng"), FAKE);
    await chmod(join(folder, "espeak-ng"), 0o755);
    process.env.PATH = `${folder}${delimiter}${dirname(process.execPath)}`;
  });
  after(async () => {
    process.env.PATH = PATH;
    await rm(folder, { recursive: true });
  });
  beforeEach(() => Promise.all(["calls", "hang", "garbage"].map((name) => rm(join(folder, name), { force: true }))));

  test("a text is spoken in its language, once, and passed by stdin", async () => {
    const speech = new Speech();
    const text = `$(touch x); "Der Fuchs fand ein Boot unter der Weide" [[x]]`;
    const recording = await speech.record(text, 0);
    assert.equal(await speech.record(text, 0), recording);
    assert.deepEqual(recording.voice, { name: "espeak-ng", language: "de" });
    assert.equal(recording.seconds, 0.5);
    assert.deepEqual([recording.wav.readUInt32LE(4), recording.wav.readUInt32LE(40)], [36 + 22050, 22050]);
    const [{ args, text: heard }, ...others] = await calls();
    assert.deepEqual(args.slice(0, 4), ["--stdin", "--stdout", "-v", "de"]);
    assert.equal(heard, text.replace("[[", "[ ["));
    assert.deepEqual(others, []);
  });

  test("another variation is another voice, and other names of a language are known", async () => {
    const speech = new Speech();
    await speech.record(TEXT, 0);
    await speech.record(TEXT, 1);
    const [first, second] = await calls();
    assert.notDeepEqual(first.args, second.args);
    assert.equal((await speech.record("月亮升起来了。", 0)).voice.language, "zh");
  });

  test("a language that it has not becomes a melody", async () => {
    const { voice, wav } = await new Speech().record("Kettu löysi veneen pajun alta ja lähti merelle.", 0);
    assert.deepEqual(voice, { name: "melody", language: null });
    assert.deepEqual(wav, renderSound("Kettu löysi veneen pajun alta ja lähti merelle.", 0));
    assert.deepEqual(await calls(), []);
  });

  for (const name of ["hang", "garbage"]) {
    test(`a melody replaces a voice that fails: ${name}`, async () => {
      await writeFile(join(folder, name), "");
      assert.equal((await new Speech({ timeout: 4_000 }).record(TEXT, 0)).voice.name, "melody");
      assert.equal((await calls()).length, 1);
    });
  }
});

describe("without espeak-ng", () => {
  before(() => {
    process.env.PATH = "";
  });
  after(() => {
    process.env.PATH = PATH;
  });

  test("a text becomes a melody of its length", async () => {
    const { voice, wav, seconds } = await new Speech().record(TEXT, 0);
    assert.deepEqual(voice, { name: "melody", language: null });
    assert.deepEqual(wav, renderSound(TEXT, 0));
    assert.equal(seconds, Math.round(((wav.length - 44) / 44_100) * 100) / 100);
  });
});

test("the language of a text is found out, and short texts are English", () => {
  const texts = [TEXT, "Le renard trouva un bateau sous le saule.", "月亮升起来了。", "Hm.", ""];
  assert.deepEqual(texts.map(languageOf), ["en", "fr", "zh", "en", "en"]);
});
