import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "./joined";

test("what was said comes behind what stands there", () => {
  assert.equal(joined("", "Clear."), "Clear.");
  assert.equal(joined("Good start", "and clear."), "Good start and clear.");
  assert.equal(joined("Good start.\n", "Clear."), "Good start.\nClear.");
});
