import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff";

test("waits grow, are spread, and stay bounded", () => {
  assert.deepEqual(
    [0, 1, 2, 20].map((attempt) => backoff(attempt, () => 0)),
    [125, 250, 500, 4000],
  );
  assert.deepEqual(
    [0, 1, 2, 20].map((attempt) => backoff(attempt, () => 1)),
    [250, 500, 1000, 8000],
  );
});
