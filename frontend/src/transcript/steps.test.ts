import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "./steps";

const FIRSTS = [0, 4, 9]; // three utterances of four, five and three words
const plain = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const go = (key: string, from: number, rtl = false): number | null => step({ ...plain, key }, from, FIRSTS, 12, rtl);

test("arrows go from word to word and stop at the ends", () => {
  assert.deepEqual([go("ArrowRight", 3), go("ArrowLeft", 4), go("ArrowLeft", 0), go("ArrowRight", 11)], [4, 3, 0, 11]);
});

test("in a script that runs to the left they go the way they point", () => {
  assert.deepEqual([go("ArrowLeft", 3, true), go("ArrowRight", 4, true)], [4, 3]);
});

test("up and down go to where utterances begin", () => {
  assert.deepEqual([go("ArrowDown", 2), go("ArrowUp", 6), go("ArrowUp", 4), go("ArrowDown", 10)], [4, 4, 0, 10]);
});

test("home and end stay in the utterance, with control they do not", () => {
  assert.deepEqual([go("Home", 6), go("End", 6), go("End", 10)], [4, 8, 11]);
  assert.equal(step({ ...plain, key: "Home", ctrlKey: true }, 6, FIRSTS, 12, false), 0);
  assert.equal(step({ ...plain, key: "End", metaKey: true }, 6, FIRSTS, 12, false), 11);
});

test("other keys, and the player's own, are left alone", () => {
  assert.equal(go(" ", 3), null);
  assert.equal(step({ ...plain, key: "ArrowRight", shiftKey: true }, 3, FIRSTS, 12, false), null);
  assert.equal(step({ ...plain, key: "ArrowRight" }, 0, [], 0, false), null);
});
