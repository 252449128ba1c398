import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../standings/board";
import { steps } from "./steps";

const rows = (...ranks: number[]): Row[] => ranks.map((rank, at) => ({ rank, team_name: `T${at}` }) as Row);

test("third, second, first", () => {
  assert.deepEqual(
    steps(rows(1, 2, 3, 4), 3).map(({ rank }) => rank),
    [3, 2, 1],
  );
});

test("those who share a rank are shown together, and not more than can be read", () => {
  const found = steps(rows(1, 2, 2, 2, 2, 2, 7), 3);
  assert.deepEqual(
    found.map(({ rank, rows: shown, more }) => [rank, shown.length, more]),
    [
      [2, 4, 1],
      [1, 1, 0],
    ],
  );
  assert.deepEqual(steps([], 3), []);
});
