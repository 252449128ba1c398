import assert from "node:assert/strict";
import { test } from "node:test";
import { axis } from "./axis";
import { type Board, between, chances, clockIn, counted, emptiness, ordinal, sentence } from "./board";

const when = clockIn("Europe/Copenhagen");
const row = { rank: 1 } as Board["standings"][number];
const board = (more: Partial<Board>): Board => ({
  stage: "published",
  stage_since: "2026-11-14T18:30:00+00:00",
  method: "adjusted",
  ties: "",
  hidden: false,
  tracks: [],
  standings: [row, row],
  prizes: [],
  final: null,
  warnings: [],
  advice: [],
  judges: 1,
  cards: 1143,
  chain: null,
  ...more,
});

test("each stage says so with its time", () => {
  assert.match(
    sentence(board({}), when),
    /^Published Sat 14 Nov, 19:30\. 2 teams, 1 judge, 1\u2009143 cards\. The bar/,
  );
  assert.match(sentence(board({ stage: "frozen" }), when), /^Frozen Sat 14 Nov, 19:30: .* Not published yet\./);
  assert.equal(sentence(board({ stage: "open", hidden: true }), when), "Judges are scoring.");
  assert.equal(sentence(board({ stage: "archived", stage_since: null, standings: [] }), when), "Final. Archived.");
});

test("what stands in for rows tells why there are none", () => {
  assert.equal(emptiness({ hidden: true, stage: "frozen" })[0], "The standings are hidden");
  assert.equal(emptiness({ hidden: false, stage: "open" })[0], "No scores yet");
});

test("how likely the top is, where it is likely at all", () => {
  assert.equal(
    chances({ p_first: 0.614, p_top3: 1 }),
    "Judged a hundred times, it would be first 61 times, and among the first three every time.",
  );
  assert.match(chances({ p_first: 0.001, p_top3: 0.05 }), /first hardly ever, and among the first three 5 times\.$/);
  assert.equal(chances({ p_first: 0, p_top3: 0.02 }), "");
});

test("places are said", () => {
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal), [
    "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
  ]); // biome-ignore format: a list
  assert.equal(between([2, 9]), "Nine times in ten between 2nd and 9th");
  assert.equal(between([1, 1]), "Nine times in ten 1st");
  assert.equal(counted(1, "card"), "1 card");
});

test("an axis has few labels and holds the last place", () => {
  assert.deepEqual(axis(23).ticks, [1, 5, 10, 15, 20]);
  assert.deepEqual(axis(4).ticks, [1, 2, 3, 4]);
  assert.deepEqual(axis(1).ticks, [1]);
  assert.equal(axis(1000).at(1000), 1);
  for (const last of [2, 7, 48, 137, 999, 10_000]) assert.ok(axis(last).ticks.length <= 6, String(last));
});
