import assert from "node:assert/strict";
import { test } from "node:test";
import { Order, type View } from "./order";
import { absent, decoded, type Row, type Sent } from "./rows";

const sent = (id: string, team: string, more: Partial<Record<number, unknown>> = {}): Sent => {
  const row: unknown[] = [id, `t-${id}`, team, `Title ${id}`, "completed", 1, 60, Number(id), "ready", "", 0];
  for (const [place, value] of Object.entries(more)) row[Number(place)] = value;
  return row as Sent;
};
const rows: Row[] = [
  decoded(sent("1", "Kelpline", { 6: 104, 10: 2 }), new Map([["t-1", "Sea"]])),
  decoded(sent("2", "Ørsted’s Ghost", { 8: "failed", 10: 1 }), new Map()),
  decoded(sent("3", "Müll & Söhne", { 8: "none", 6: null }), new Map()),
  decoded(sent("4", "Ro", { 4: "recording", 8: "none", 5: 0 }), new Map()),
  absent(["t-9", "No Plan B", null]),
];
const PLAIN: View = { filter: "all", track: "", find: "", column: "time", descending: true };
const teams = (view: Partial<View>): string[] => {
  const order = new Order();
  order.rows = rows;
  return order.shown({ ...PLAIN, ...view }, { marked: (id) => id === "4", reads: 2 }).map((row) => row.team);
};

test("the newest comes first, teams without a pitch last", () => {
  assert.deepEqual(teams({}), ["Ro", "Müll & Söhne", "Ørsted’s Ghost", "Kelpline", "No Plan B"]);
});

test("each filter has its own", () => {
  assert.deepEqual(teams({ filter: "wordless" }), ["Müll & Söhne", "Ørsted’s Ghost"]);
  assert.deepEqual(teams({ filter: "cardless" }), ["Müll & Söhne", "Ørsted’s Ghost"]);
  assert.deepEqual(teams({ filter: "marked" }), ["Ro"]);
  assert.deepEqual(teams({ filter: "absent" }), ["No Plan B"]);
  assert.deepEqual(teams({ track: "Sea" }), ["Kelpline"]);
});

test("accents and capitals do not hide a name", () => {
  assert.deepEqual(teams({ find: "mull & SOHNE" }), ["Müll & Söhne"]);
  assert.deepEqual(teams({ find: "title 1" }), ["Kelpline"]);
});

test("every column can lead", () => {
  assert.deepEqual(teams({ column: "team", descending: false })[0], "Kelpline");
  assert.deepEqual(teams({ column: "length" })[0], "Kelpline");
  assert.deepEqual(teams({ column: "cards" }).slice(0, 2), ["Kelpline", "Ørsted’s Ghost"]);
  assert.deepEqual(teams({ column: "transcript", descending: false })[0], "Ørsted’s Ghost");
});
