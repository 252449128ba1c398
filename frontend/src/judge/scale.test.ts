import assert from "node:assert/strict";
import { test } from "node:test";
import type { Criterion } from "./model";
import { anchorWords, shareWords, stepAt, steps } from "./scale";

const DELIVERY: Criterion = {
  id: "delivery",
  name: "Delivery",
  weight: 2,
  min: 1,
  max: 10,
  anchors: [
    { value: 10, text: "I could repeat it tomorrow" },
    { value: 1, text: "Hard to follow" },
    { value: 5, text: "Clear" },
  ],
};

test("short scales have columns, fine ones a field", () => {
  assert.deepEqual(steps({ ...DELIVERY, min: 0, max: 3 }), [0, 1, 2, 3]);
  assert.equal(steps({ ...DELIVERY, min: 0, max: 10 })?.length, 11);
  for (const [min, max] of [
    [0, 100],
    [1, 4.5],
    [3, 3],
  ] as const)
    assert.equal(steps({ ...DELIVERY, min, max }), null);
});

test("a finger means the column it is over, also beyond the ends", () => {
  const all = [1, 2, 3, 4];
  assert.deepEqual(
    [-0.1, 0, 0.26, 0.99, 1.4].map((share) => stepAt(all, share)),
    [1, 1, 2, 4, 4],
  );
});

test("a score is put in words by the anchor at it or below", () => {
  assert.equal(anchorWords(DELIVERY, null), "1: Hard to follow. 10: I could repeat it tomorrow.");
  assert.deepEqual(
    [1, 4, 5, 9, 10].map((value) => anchorWords(DELIVERY, value)),
    ["Hard to follow", "Hard to follow", "Clear", "Clear", "I could repeat it tomorrow"],
  );
  assert.equal(anchorWords({ ...DELIVERY, anchors: [], description: "How it is said" }, 3), "How it is said");
});

test("a weight is a share of all", () => {
  assert.equal(shareWords(DELIVERY, [DELIVERY, { ...DELIVERY, weight: 3 }, { ...DELIVERY, weight: 5 }]), "20\u2009%");
});
