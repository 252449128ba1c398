import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline } from "./timeline";

const spoken = (starts: number[], length = 0.3): Timeline =>
  new Timeline(
    starts,
    starts.map((start) => start + length),
  );

test("the word begun last is the one that is heard", () => {
  const timeline = spoken([1, 1.4, 2]);
  assert.deepEqual(
    [0, 0.99, 1, 1.39, 1.4, 2, 2.3].map((at) => timeline.heard(at)),
    [-1, -1, 0, 0, 1, 2, 2],
  );
});

test("a word goes out in a long silence and stays in a breath", () => {
  const timeline = spoken([1, 9]);
  assert.deepEqual([timeline.heard(1.85), timeline.heard(2), timeline.begun(2)], [0, -1, 0]);
  assert.equal(timeline.heard(9), 1);
});

test("a position that the player rounded down is still that of its word", () => {
  const timeline = spoken([64.12, 64.123, 64.5]);
  assert.equal(timeline.heard(64.1229), 1);
});

test("forth, back and far away it finds what a search through all would", () => {
  const starts = Array.from({ length: 4500 }, (_, index) => index * 0.4 + (index % 7) * 0.05);
  const timeline = spoken(starts);
  for (let look = 0, at = 0; look < 5000; look++) {
    at = look % 5 === 0 ? (at * 7919 + 13.37) % 1800 : at + 0.016;
    const plain = starts.findLastIndex((start) => start <= at + 0.001);
    assert.equal(timeline.begun(at), plain);
  }
});

test("words of people who talk at once keep their numbers", () => {
  const timeline = spoken([0, 2, 1, 3]);
  assert.deepEqual(
    [0, 1, 2, 3].map((at) => timeline.begun(at)),
    [0, 2, 1, 3],
  );
});

test("nothing is heard where nothing was said", () => {
  assert.equal(new Timeline([], []).heard(5), -1);
});
