import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stage } from "../stage/slots";
import { scene } from "./scene";

const NOW = 1_000_000_000;
const LIVE = {
  id: "1",
  team: "Kelpline",
  title: "Seaweed",
  stored: 161,
  limit: 180,
  silent: null,
  peaks: [],
  first: 0,
};
const hour = (moment: number): string => `+${(moment - NOW) / 60_000} min`;
const slot = (team: string, begins: number | null) => ({
  id: team,
  team,
  begins: begins === null ? null : NOW + begins * 1000,
  ends: begins === null ? null : NOW + (begins + 180) * 1000,
});
const stage = (more: Partial<Stage>): Stage => ({ now: null, next: [], slot: 180, at: NOW, ...more });
const shown = (live: typeof LIVE | null, more: Partial<Stage>) => scene("Hack", live, 161, stage(more), NOW, hour);

test("whoever is being recorded is shown, whoever should be on stage", () => {
  const found = shown(LIVE, { now: slot("Ro", 0), next: ["A", "B", "C", "D"].map((name) => slot(name, 60)) });
  assert.deepEqual([found.state, found.team, found.clock, found.of], ["recording", "Kelpline", "0:19", "left of 3:00"]);
  assert.deepEqual(
    found.next.map(({ team }) => team),
    ["A", "B", "C"],
  );
});

test("on stage the slot counts, also past its end", () => {
  const found = shown(null, { now: slot("Ro", -60) });
  assert.deepEqual([found.state, found.title, found.clock, found.of], ["stage", "Ro", "2:00", "left, until +2 min"]);
  const late = shown(null, { now: slot("Ro", -200) });
  assert.deepEqual([late.clock, late.over, late.share], ["+0:20", true, 1]);
});

test("between pitches the next team is large and those behind it are small", () => {
  const found = shown(null, { next: [slot("Ro", 90), slot("A", 270)] });
  assert.deepEqual([found.team, found.title, found.clock, found.of], ["Next", "Ro", "1:30", "to +1.5 min"]);
  assert.deepEqual(
    found.next.map(({ team }) => team),
    ["A"],
  );
  assert.equal(shown(null, { next: [slot("Ro", -9)] }).clock, "0:00");
});

test("a slot far away or without a time is not counted down to", () => {
  const far = shown(null, { next: [slot("Ro", 7200)] });
  assert.deepEqual([far.clock, far.say], ["", "At +120 min."]);
  const timeless = shown(null, { next: [slot("Ro", null)] });
  assert.deepEqual([timeless.clock, timeless.say, timeless.title], ["", "", "Ro"]);
});

test("without a running order the event is named", () => {
  const found = shown(null, {});
  assert.deepEqual([found.state, found.title, found.clock], ["between", "Hack", ""]);
});
