import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prize, Row } from "../standings/board";
import { head, isOut, mayShow, prizes, ranks } from "./steps";

const rows = (...places: number[]): Row[] =>
  places.map((rank, at) => ({ rank, session_id: `s${at}`, team_name: `T${at}`, score: 70 - at }) as Row);

test("third, second, first", () => {
  assert.deepEqual(
    ranks(rows(1, 2, 3, 4), 3).map(({ head, names, score }) => [head, names, score]),
    [
      ["3rd", ["T2"], "68.0"],
      ["2nd", ["T1"], "69.0"],
      ["1st", ["T0"], "70.0"],
    ],
  );
});

test("those who share a rank are shown together, and not more than can be read", () => {
  const found = ranks(rows(1, 2, 2, 2, 2, 2, 7), 3);
  assert.deepEqual(
    found.map(({ head, note, names, more, heard }) => [head, note, names.length, more, heard?.team_name]),
    [
      ["2nd", "tied", 4, 1, undefined],
      ["1st", "", 1, 0, "T0"],
    ],
  );
  assert.deepEqual(ranks([], 3), []);
});

test("prizes that somebody won, in their order", () => {
  const standings = rows(1, 2);
  const won = (name: string, ...winners: Row[]) => ({ name, winners }) as unknown as Prize;
  const found = prizes({
    standings,
    prizes: [won("Craft", ...standings), won("Nobody"), won("Grand prize", ...rows(1))],
  });
  assert.deepEqual(
    found.map(({ head, note, names, score, heard }) => [head, note, names, score, heard?.team_name]),
    [
      ["Craft", "shared", ["T0", "T1"], "", undefined],
      ["Grand prize", "", ["T0"], "", "T0"],
    ],
  );
});

test("a hall is not shown how it stands while judges score, nor what is hidden", () => {
  for (const stage of ["draft", "open"] as const) assert.equal(mayShow({ stage, hidden: false }), false);
  for (const stage of ["frozen", "published", "archived"] as const) {
    assert.equal(mayShow({ stage, hidden: false }), true);
    assert.equal(mayShow({ stage, hidden: true }), false);
  }
});

test("the head of the table says where each would stand nine times in ten", () => {
  const [first, second] = rows(1, 2);
  const all = [
    { ...first, interval: [1, 1] },
    { ...second, interval: [1, 5] },
  ] as Row[];
  assert.deepEqual(
    head(all, 10).map(({ rank, team, score, range }) => [rank, team, score, range]),
    [
      ["1", "T0", "70.0", "1"],
      ["2", "T1", "69.0", "1 to 5"],
    ],
  );
  assert.equal(head(all, 1).length, 1);
});

test("the table is for everybody once results are out, and for nobody before", () => {
  for (const stage of ["draft", "open", "frozen"] as const) assert.equal(isOut({ stage, hidden: false }), false);
  for (const stage of ["published", "archived"] as const) assert.equal(isOut({ stage, hidden: false }), true);
  assert.equal(isOut({ stage: "published", hidden: true }), false);
});
