import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, percent, size, spoken } from "./format";

test("a time is cut to whole seconds", () => {
  assert.deepEqual([0, 0.99, 59.9, 60, 161, 3761].map(clock), ["0:00", "0:00", "0:59", "1:00", "2:41", "1:02:41"]);
});

test("a time is spoken in words", () => {
  const heard = [0, 1, 41, 60, 71, 178, 3600, 3661].map(spoken);
  assert.deepEqual(heard, [
    "0 seconds",
    "1 second",
    "41 seconds",
    "1 minute",
    "1 minute 11",
    "2 minutes 58",
    "1 hour",
    "1 hour 1 minute 1",
  ]);
});

test("100 per cent is said only of everything", () => {
  assert.equal(percent(0.999), "99\u2009%");
  assert.equal(percent(1), "100\u2009%");
});

test("sizes have a unit and no more digits than help", () => {
  assert.deepEqual([12_345, 1_400_000, 2_345_678_901].map(size), ["12\u00a0kB", "1.4\u00a0MB", "2.35\u00a0GB"]);
});
