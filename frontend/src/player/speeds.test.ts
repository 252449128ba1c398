import assert from "node:assert/strict";
import { test } from "node:test";
import { known, neighbour } from "./speeds";

test("faster and slower stop at the ends", () => {
  assert.equal(neighbour(1, 1), 1.25);
  assert.equal(neighbour(2, 1), 2);
  assert.equal(neighbour(0.8, -1), 0.8);
});

test("one button goes round", () => {
  assert.equal(neighbour(2, 1, true), 0.8);
});

test("only our own speeds are taken from storage", () => {
  assert.equal(known(1.5), 1.5);
  assert.equal(known(17), undefined);
});
