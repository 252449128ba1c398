import assert from "node:assert/strict";
import { test } from "node:test";
import { moment, startSecond } from "./start";

test("who has just begun, or has heard it all, sends the whole pitch on", () => {
  assert.equal(moment(0.4, 60), 0);
  assert.equal(moment(60, 60), 0);
  assert.equal(moment(58.5, 60), 0);
  assert.equal(moment(31.2, 60), 31.2);
  assert.equal(moment(31.2, 0), 31.2); // the length is not known yet
});

test("an address begins where it says, if there is anything to hear", () => {
  assert.equal(startSecond("?t=5", 60), 5);
  assert.equal(startSecond("?t=5", 5.9), 0);
  for (const nonsense of ["", "?t=", "?t=-3", "?t=x", "?t=Infinity"]) assert.equal(startSecond(nonsense, 60), 0);
});
