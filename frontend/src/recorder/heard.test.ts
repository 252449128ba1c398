import assert from "node:assert/strict";
import { test } from "node:test";
import { Heard, pieces } from "./heard";

const partial = (id: string, text: string) => ({ id, text, is_final: false });
const final = (id: string, text: string) => ({ id, text, is_final: true });

test("a final takes the place of its partials and stands still", () => {
  const heard = new Heard();
  assert.equal(heard.take(partial("a", "So she teach")), "");
  assert.equal(heard.moving, "So she teach");
  assert.equal(heard.take(final("a", "So she teaches one word.")), "So she teaches one word.");
  assert.equal(heard.moving, "");
  assert.equal(heard.take(partial("b", "Four hundred")), "");
  assert.equal(heard.moving, " Four hundred");
  assert.equal(heard.take(final("b", "Four hundred people.")), " Four hundred people.");
});

test("what was settled is not said twice, and does not change", () => {
  const heard = new Heard();
  heard.take(final("a", "One."));
  assert.equal(heard.take(final("a", "Won.")), "");
  assert.equal(heard.take(partial("a", "Won")), "");
  assert.equal(heard.moving, "");
});

test("nothing settles before what was said earlier has", () => {
  const heard = new Heard();
  heard.take(partial("a", "one"));
  assert.equal(heard.take(final("b", "Two.")), "");
  assert.equal(heard.moving, "one Two.");
  assert.equal(heard.take(final("a", "One.")), "One. Two.");
});

test("an utterance that never gets its final does not hold up the rest", () => {
  const heard = new Heard();
  heard.take(partial("a", "one"));
  heard.take(final("b", "Two."));
  assert.equal(heard.take(final("c", "Three.")), "one Two. Three.");
  assert.equal(heard.take(final("a", "One.")), "");
});

test("scripts without spaces get none, others do", () => {
  const heard = new Heard();
  heard.take(final("a", "我的祖母。"));
  assert.equal(heard.take(final("b", "她说")), "她说");
  assert.equal(heard.take(final("c", "PitchScoop")), " PitchScoop");
});

test("lines break between words, and anywhere in scripts without spaces", () => {
  assert.deepEqual(pieces(" so she 雾的x"), [" ", "so", " ", "she", " ", "雾", "的", "x"]);
});
