import assert from "node:assert/strict";
import { test } from "node:test";
import { fresh, refused, touched } from "./held";
import { type Criterion, type Draft, NOTHING, type Pitch } from "./model";
import { following, howFar, progress, type Task } from "./order";

const CRITERIA: Criterion[] = ["a", "b"].map((id) => ({ id, name: id, weight: 1, min: 1, max: 10, anchors: [] }));
const SCORED: Partial<Draft> = { scores: { a: 5, b: 5 } };

function task(id: string, draft: Partial<Draft> | null, status: Pitch["status"] = "completed"): Task {
  const pitch: Pitch = {
    session_id: id,
    team_id: null,
    team_name: id,
    pitch_title: id,
    track: null,
    duration: 60,
    status,
    has_audio: status === "completed",
    card: null,
  };
  return {
    pitch,
    criteria: CRITERIA,
    held: draft === null ? undefined : touched(fresh("j", id), { ...NOTHING, ...draft }, 0),
  };
}

const next = (tasks: Task[], after: string | null): string | undefined => following(tasks, after)?.pitch.session_id;

test("a card is new, begun, scored, to be heard again, or skipped", () => {
  const all = [null, { scores: { a: 5 } }, SCORED, { ...SCORED, mark: "again" as const }, { mark: "skip" as const }];
  assert.deepEqual(
    all.map((draft) => progress(task("s", draft))),
    ["new", "begun", "scored", "again", "skipped"],
  );
});

test("what is not scored comes next, in running order and around its end", () => {
  const tasks = [task("1", null), task("2", SCORED), task("3", null), task("4", null, "failed"), task("5", SCORED)];
  assert.deepEqual([next(tasks, null), next(tasks, "1"), next(tasks, "3"), next(tasks, "5")], ["1", "3", "1", "1"]);
});

test("what is to be heard again comes last, what was skipped never", () => {
  const tasks = [task("1", { ...SCORED, mark: "again" }), task("2", null), task("3", { mark: "skip" })];
  assert.equal(next(tasks, null), "2");
  assert.equal(next([tasks[0] as Task, task("2", SCORED), tasks[2] as Task], "2"), "1");
  assert.equal(next([task("1", SCORED)], "1"), undefined);
});

test("what was deleted is not led to, and keeps nobody from being done", () => {
  const begun = task("1", { scores: { a: 5 } });
  const held = begun.held;
  assert.ok(held);
  const gone = { ...begun, held: refused(held, held, "no_such_session", "") };
  assert.equal(next([gone, task("2", SCORED)], "2"), undefined);
  assert.equal(howFar([gone, task("2", SCORED), task("3", SCORED)]), "All 2 are scored");
});

test("how far a judge has come is said with a figure", () => {
  assert.equal(howFar([task("1", SCORED), task("2", null), task("3", { mark: "skip" })]), "1 of 3 scored, 1 skipped");
  assert.equal(howFar([task("1", SCORED), task("2", SCORED)]), "All 2 are scored");
});
