import assert from "node:assert/strict";
import { test } from "node:test";
import type { Found } from "../keep/kept";
import { said, stored } from "./words";

const RATE = 16_000;
const bytes = (seconds: number): number => seconds * RATE * 2;

function found(whole: number, had: number): Found {
  const paths = { live: "", details: "", page: "", recorder: "" };
  const who = { session: "s", team: "Kelpline", title: "", token: null, rate: RATE, limit: 180, began: 0 };
  const known = { base: 0, stored: bytes(had), sent: bytes(had), stopped: false };
  return { ...paths, ...who, ...known, from: 0, to: bytes(whole) };
}

test("how much is stored and how much is only here", () => {
  const { head, words, label } = said(found(178, 134), { is: "open" }, "phone");
  assert.equal(head, "A recording is waiting on this phone");
  assert.equal(words, "2:14 is stored; the last 0:44 is only here.");
  assert.equal(label, "Send the rest");
});

test("nothing stored, or all of it", () => {
  assert.equal(said(found(178, 0), { is: "open" }, "phone").words, "All 2:58 of it is only here.");
  const all = said(found(178, 178), { is: "open" }, "phone");
  assert.deepEqual([all.words, all.label], ["All 2:58 is stored; it only has to be finished.", "Finish it"]);
});

test("what is missing is never nothing, and figures add up", () => {
  const words = said(found(178.9, 178.2), { is: "open" }, "phone").words;
  assert.equal(words, "2:58 is stored; the last 0:01 is only here.");
  assert.match(said(found(178.1, 133.9), { is: "open" }, "phone").words, /^2:13 is stored; the last 0:45/);
});

test("what others finished is told as theirs", () => {
  const { words, way } = said(found(178, 3), { is: "stopped", stored: bytes(3), others: true }, "phone");
  assert.equal(way, "save");
  assert.match(words, /^Somebody went on with it on another device and finished it\. The last 2:55 is only here/);
});

test("a recording that was closed on the server can be saved, not sent", () => {
  const ended = said(found(178, 100), { is: "stopped", stored: bytes(134) }, "phone");
  assert.equal(ended.way, "save");
  assert.equal(ended.label, "Save the last 0:44 as a file");
  assert.match(ended.words, /2:14 is stored and kept as the pitch\. The last 0:44 is only here/);
});

test("every other end is told, with what to do", () => {
  const label = "Save the last 0:44 as a file";
  for (const is of ["expired", "overtaken"] as const) assert.equal(said(found(178, 134), { is }, "phone").label, label);
  assert.equal(said(found(178, 134), { is: "deleted" }, "phone").label, "Save all 2:58 as a file");
  assert.equal(stored(found(178, 134), { is: "deleted" }), 0);
});
