import assert from "node:assert/strict";
import { test } from "node:test";
import { LevelFollower } from "./level";

const RATE = 16_000;

function after(amplitude: number, seconds: number, level = new LevelFollower()): LevelFollower {
  for (let n = 0; n < seconds * 50; n++) level.take(new Int16Array(RATE / 50).fill(amplitude), RATE);
  return level;
}

test("each loudness has its word", () => {
  assert.equal(after(8000, 3).word, "good");
  assert.equal(after(32_767, 3).word, "loud");
  assert.equal(after(300, 3).word, "quiet");
  assert.equal(after(2, 3).word, "silent");
});

test("a breath between sentences is not too quiet", () => {
  assert.equal(after(0, 0.8, after(8000, 3)).word, "good");
});

test("the peak is held while the bar falls", () => {
  const level = after(0, 1, after(16_384, 1));
  assert.ok(level.peak > 0.89 && level.bar < level.peak - 0.2);
});
