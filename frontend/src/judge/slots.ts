// How far a judge has come, as a row of boxes: filled ones are done, the outlined one is open.
import { isDone, present, type Task } from "./order";

const MOST = 16; // boxes beside a figure on a phone; more pitches are told by the figure alone

export function slots(row: HTMLElement, all: readonly Task[], current: string | null): void {
  const tasks = present(all);
  row.hidden = tasks.length === 0 || tasks.length > MOST;
  if (row.hidden) return;
  row.replaceChildren(
    ...tasks.map((task) => {
      const box = document.createElement("i");
      if (isDone(task)) box.className = "done";
      if (task.pitch.session_id === current) box.classList.add("here");
      return box;
    }),
  );
}
