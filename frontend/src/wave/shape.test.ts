import assert from "node:assert/strict";
import { test } from "node:test";
import { resize, shape } from "./shape";

const ramp = Array.from({ length: 2000 }, (_, index) => index / 2);

test("there are as many heights as bars, all between 0 and 1", () => {
  for (const bars of [1, 60, 260, 2000, 3000]) {
    const heights = shape({ mean: ramp, max: ramp }, bars);
    assert.equal(heights.length, bars);
    assert.ok(heights.every((height) => height >= 0 && height <= 1));
  }
});

test("louder is never smaller", () => {
  const heights = shape({ mean: ramp, max: ramp }, 100);
  assert.deepEqual(
    heights,
    [...heights].sort((a, b) => a - b),
  );
  assert.equal(heights[0], 0);
  assert.equal(heights.at(-1), 1);
});

test("silence stays flat, an even tone stays a band", () => {
  assert.deepEqual(shape({ mean: [0, 0, 0, 0], max: [0, 0, 0, 0] }, 2), [0, 0]);
  assert.deepEqual(shape({ mean: [300, 300, 300, 300], max: [400, 400, 400, 400] }, 2), [1, 1]);
});

test("one click among silence is not blown up over the whole width", () => {
  const mean = new Array(1000).fill(0);
  mean[500] = 200;
  const heights = shape({ mean, max: mean }, 100);
  assert.equal(heights.filter((height) => height > 0).length, 1);
});

test("a silhouette keeps its form at other sizes", () => {
  assert.deepEqual(resize([10, 20, 30, 40], 2), [15, 35]);
  assert.deepEqual(resize([10, 20], 4), [10, 10, 20, 20]);
});
