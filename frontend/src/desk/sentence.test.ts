import assert from "node:assert/strict";
import { test } from "node:test";
import { decoded, type Sent } from "./rows";
import { standing } from "./sentence";

const row = (id: string, team: string | null, state = "completed", cards = 0) =>
  decoded([id, team, "Kelpline", "T", state, 1, 60, 1, "ready", "", cards] as Sent, new Map());

test("teams are counted once, however often they recorded", () => {
  assert.equal(standing([row("1", "a"), row("2", "a"), row("3", "b", "waiting")], 3, 3), "1 of 3 teams have recorded.");
});

test("pitches of no team are said beside", () => {
  assert.equal(
    standing([row("1", "a"), row("2", null)], 1, 3),
    "1 of 1 team has recorded. 1 more pitch is here without one.",
  );
});

test("without teams pitches are counted", () => {
  assert.equal(standing([], 0, 3), "Nobody has recorded yet.");
  assert.equal(
    standing(
      Array.from({ length: 1200 }, (_, place) => row(String(place), null)),
      0,
      3,
    ),
    "1\u2009200 pitches are here.",
  );
});

test("cards are spoken of once there are some", () => {
  const sessions = [row("1", "a", "completed", 2), row("2", "b", "completed", 1)];
  assert.equal(standing(sessions, 3, 3), "2 of 3 teams have recorded. 3 of 9 cards are in.");
});
