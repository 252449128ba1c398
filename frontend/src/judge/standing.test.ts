import assert from "node:assert/strict";
import { test } from "node:test";
import { fresh, refused, stored, touched } from "./held";
import { type Criterion, NOTHING, scored } from "./model";
import { type Around, standing } from "./standing";

const DELIVERY: Criterion = { id: "delivery", name: "Delivery", weight: 2, min: 1, max: 10, anchors: [] };
const EIGHT = scored(NOTHING, "problem", 8);
const HELD = touched(fresh("j", "s"), EIGHT, 0);
const STORED = stored(HELD, EIGHT, { ...EIGHT, revision: 1, saved_at: "2026-11-14T15:41:00Z" });
const AROUND: Around = {
  sending: false,
  online: true,
  closed: null,
  device: "phone",
  keeps: true,
  written: true,
  lacking: [],
  hour: () => "16:41",
};

const said = (held = HELD, around: Partial<Around> = {}): string => {
  const { words, more } = standing(held, { ...AROUND, ...around });
  return `${words}. ${more}`;
};

test("saved here, sent and stored are three things", () => {
  assert.equal(said(HELD, { online: false }), "Saved on this phone. Sends when you are back online");
  assert.equal(said(HELD, { sending: true }), "Sent. The server has not answered yet");
  assert.equal(said(STORED), "Stored. On the server since 16:41");
});

test("nothing is called sent that is only here", () => {
  assert.equal(said(HELD, { sending: true, online: false }), "Saved on this phone. Sends when you are back online");
  assert.equal(said(refused(HELD, HELD, "no", "")), "Saved on this phone. The server has not taken it");
  assert.equal(said(HELD, { closed: "Scoring is closed" }), "Saved on this phone. Scoring is closed");
});

test("what is not on the disk is not called saved", () => {
  assert.equal(said(HELD, { written: false }), "Saving on this phone. Sends in a moment");
  const bare = said(HELD, { keeps: false, online: false });
  assert.equal(bare, "Not saved on this phone. Stay here until you are online");
});

test("what is missing is named", () => {
  assert.equal(said(STORED, { lacking: [DELIVERY] }), "Stored. Delivery is not scored yet");
  assert.equal(said(STORED, { lacking: [DELIVERY, DELIVERY] }), "Stored. 2 criteria are not scored yet");
});
