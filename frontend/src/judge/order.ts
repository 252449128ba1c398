// Where a judge stands among their pitches, and which comes next.
import { type Held, isGone } from "./held";
import { type Criterion, type Draft, missing, NOTHING, type Pitch } from "./model";

/** `again`: it is scored, and the judge wants to hear it once more. */
export type Progress = "new" | "begun" | "scored" | "again" | "skipped";

/** A pitch with what the judge made of it on this device. */
export interface Task {
  readonly pitch: Pitch;
  readonly criteria: readonly Criterion[];
  readonly held: Held | undefined;
}

const draftAt = ({ held }: Task): Draft => held?.now ?? NOTHING;

export const lacking = (task: Task): Criterion[] => missing(draftAt(task), task.criteria);

export function progress(task: Task): Progress {
  const { mark, scores } = draftAt(task);
  if (mark === "skip") return "skipped";
  if (lacking(task).length > 0) return Object.keys(scores).length > 0 ? "begun" : "new";
  return mark === "again" ? "again" : "scored";
}

export const isDone = (task: Task): boolean => !["new", "begun"].includes(progress(task));

/** Those that are still there. One that was deleted stays in the list until its card is let go of. */
export const present = (tasks: readonly Task[]): Task[] => tasks.filter(({ held }) => !isGone(held));

/**
 * What to score after this one, in running order and around its end; null: nothing is left. Those that are to be
 * heard again come when all others are done, and those that cannot be heard never.
 */
export function following(tasks: readonly Task[], after: string | null): Task | null {
  const place = tasks.findIndex(({ pitch }) => pitch.session_id === after);
  const ahead = present([...tasks.slice(place + 1), ...tasks.slice(0, Math.max(0, place))]).filter(
    ({ pitch }) => pitch.has_audio || pitch.status !== "failed",
  );
  return ahead.find((task) => !isDone(task)) ?? ahead.find((task) => progress(task) === "again") ?? null;
}

/** `3 of 9 scored`, and what else there is to say of the whole. */
export function howFar(all: readonly Task[]): string {
  const tasks = present(all);
  const skipped = tasks.filter((task) => progress(task) === "skipped").length;
  const done = tasks.filter(isDone).length - skipped;
  if (tasks.length > 0 && done === tasks.length) return done === 1 ? "It is scored" : `All ${done} are scored`;
  return `${done} of ${tasks.length} scored${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
