import assert from "node:assert/strict";
import { test } from "node:test";
import { recently } from "./local-time";

test("a moment is said as people say it", () => {
  const now = new Date(2026, 10, 14, 0, 10).getTime();
  const at = (day: number, hour: number): string => recently(new Date(2026, 10, day, hour, 5).getTime(), now);
  assert.equal(at(14, 0), "today 00:05");
  assert.equal(at(13, 23), "yesterday 23:05");
  assert.equal(at(12, 23), "Thu 12 Nov, 23:05");
});
