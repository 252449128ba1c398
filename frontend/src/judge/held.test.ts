import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attempted,
  fresh,
  type Held,
  isDue,
  isForgivable,
  isUnsent,
  keptOwn,
  obstacle,
  overtaken,
  refused,
  stored,
  told,
  tookOther,
  touched,
  undone,
} from "./held";
import { type Card, type Draft, NOTHING, scored } from "./model";

const give = (held: Held, value: number, at = 0): Held => touched(held, scored(held.now, "problem", value), at);
const send = (held: Held): Held => attempted(held, held.now);
const type = (held: Held, comment: string, at: number): Held => touched(held, { ...held.now, comment }, at);
const card = (draft: Draft, revision: number): Card => ({ ...draft, revision, saved_at: "2026-11-14T15:41:00Z" });
const [SEVEN, EIGHT] = [scored(NOTHING, "problem", 7), scored(NOTHING, "problem", 8)];

test("what is touched is unsent until the server has it", () => {
  const held = give(fresh("j", "s"), 8);
  assert.ok(isUnsent(held) && isDue(held));
  const after = stored(send(held), EIGHT, card(EIGHT, 1));
  assert.ok(!isUnsent(after));
  assert.deepEqual([after.revision, after.tried], [1, []]);
});

test("what is touched while it is being sent stays unsent", () => {
  const held = give(send(give(fresh("j", "s"), 8)), 9);
  assert.ok(isDue(stored(held, EIGHT, card(EIGHT, 1))));
});

test("an answer that was lost is no conflict: what came since goes on from there", () => {
  const held = give(send(give(fresh("j", "s"), 8)), 9);
  const after = overtaken(held, card(EIGHT, 1));
  assert.deepEqual([after.rival, after.revision, after.now.scores], [null, 1, { problem: 9 }]);
  assert.ok(isDue(after));
});

test("another device's version waits for the judge, and what was here can be had back", () => {
  const held = give(send(give(fresh("j", "s"), 8)), 9);
  const torn = overtaken(held, card(scored(NOTHING, "problem", 3), 2));
  assert.ok(!isDue(torn) && torn.rival !== null);
  const own = keptOwn(torn);
  assert.deepEqual([own.now.scores, own.revision, isDue(own)], [{ problem: 9 }, 2, true]);
  const other = tookOther(torn, 0);
  assert.deepEqual([other.now.scores, isUnsent(other)], [{ problem: 3 }, false]);
  assert.deepEqual(undone(other, 0).now.scores, { problem: 9 });
});

test("a device that has nothing of its own takes what the server has", () => {
  const held = told(fresh("j", "s"), card(EIGHT, 4));
  assert.deepEqual([held.now, held.revision, isUnsent(held)], [EIGHT, 4, false]);
  assert.equal(told(held, card(NOTHING, 3)), held);
});

test("the same on both devices is no conflict", () => {
  const held = overtaken(give(fresh("j", "s"), 8), card(EIGHT, 5));
  assert.deepEqual([held.rival, held.revision, isUnsent(held)], [null, 5, false]);
});

test("what was refused is not sent again until it is something else", () => {
  const held = give(fresh("j", "s"), 8);
  const no = refused(send(held), held, "wrong_stage", "");
  assert.ok(!isDue(no) && isUnsent(no));
  assert.ok(isDue(give(no, 7)));
  assert.ok(!isUnsent(undone(no, 0)));
  assert.deepEqual([obstacle(no)?.code, obstacle(undone(no, 0))], ["wrong_stage", null]);
});

test("what was in the way of a card may be over, what is wrong with it is not", () => {
  const held = send(give(fresh("j", "s"), 8));
  const after = (code: string, otherRules: boolean): boolean => isForgivable(refused(held, held, code, ""), otherRules);
  assert.ok(!isForgivable(held, true));
  assert.deepEqual(
    ["wrong_stage", "conflict_of_interest", "team_withdrew", "not_heard_yet"].map((code) => after(code, false)),
    [true, true, true, true],
  );
  assert.deepEqual([after("comment_too_long", false), after("score_out_of_range", true)], [false, true]);
});

test("a slip that was put right stays right, although only the answer to it was lost", () => {
  const seven = stored(send(give(fresh("j", "s"), 7)), SEVEN, card(SEVEN, 1));
  const right = give(send(give(seven, 8)), 7);
  assert.ok(isUnsent(right) && isDue(right));
  const after = told(right, card(EIGHT, 2));
  assert.deepEqual([after.now.scores, after.rival, after.revision, isDue(after)], [{ problem: 7 }, null, 2, true]);
  assert.ok(!isUnsent(stored(send(right), SEVEN, card(SEVEN, 1))));
  assert.equal(told(right, card(scored(NOTHING, "problem", 3), 2)).rival?.revision, 2);
});

test("what is sent again and again is one attempt, and those before it are not forgotten", () => {
  let held = send(give(fresh("j", "s"), 8));
  held = give(held, 9);
  for (let times = 0; times < 30; times++) held = send(held);
  assert.equal(held.tried.length, 2);
  assert.deepEqual([overtaken(held, card(EIGHT, 1)).rival, isDue(overtaken(held, card(EIGHT, 1)))], [null, true]);
});

test("a comment typed in one go is undone as a whole, scores one by one", () => {
  let held = give(give(fresh("j", "s"), 8), 9);
  held = type(type(type(held, "T", 1000), "Th", 1500), "The", 2000);
  held = type(held, "The pricing", 9000);
  const comments = [held];
  for (let step = 0; step < 4; step++) comments.push(undone(comments.at(-1) as Held, 0));
  assert.deepEqual(
    comments.map(({ now }) => [now.scores.problem, now.comment]),
    [
      [9, "The pricing"],
      [9, "The"],
      [9, ""],
      [8, ""],
      [undefined, ""],
    ],
  );
});

test("white space that the server takes off is not a change", () => {
  const held = type(fresh("j", "s"), "Good ", 0);
  assert.ok(!isUnsent(stored(held, held.now, card({ ...NOTHING, comment: "Good" }, 1))));
  assert.equal(overtaken(send(held), card({ ...NOTHING, comment: "Good" }, 1)).rival, null);
});
