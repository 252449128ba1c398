// One row: what the server rendered as a template, filled.
import { part, say } from "../common/parts";
import type { Axis } from "./axis";
import { type Board, between, chances, type Row } from "./board";

/** What the two scores are called: the one that ranks comes first. */
export function headings({ method }: Board): [string, string] {
  return method === "mean" ? ["As given", "Adjusted"] : ["Adjusted", "As given"];
}

/** `place` is the row's own, from 1, also where it shares a rank; `ties` says how it is joined to its neighbours. */
export function fill(element: HTMLElement, row: Row, place: number, ties: string, axis: Axis, board: Board): void {
  const [large, small] = board.method === "mean" ? [row.raw_mean, row.adjusted] : [row.adjusted, row.raw_mean];
  element.dataset.ties = ties;
  say(part(element, "rank"), String(row.rank));
  part(element, "tied").hidden = row.tied === 0;
  say(part(element, "team"), row.team_name);
  say(part(element, "title"), row.pitch_title);
  say(part(element, "why"), `${row.why} ${chances(row)}`.trimEnd());
  say(part(element, "adjusted"), large.toFixed(1));
  say(part(element, "given"), small.toFixed(1));
  const [ranking, other] = headings(board);
  say(part(element, "adjusted-name"), `${ranking} `);
  say(part(element, "given-name"), `${other} `);
  say(part(element, "interval"), `${between(row.interval)}. `);
  say(part(element, "cards"), String(row.judges));
  say(part(element, "cards-word"), row.judges === 1 ? " card" : " cards");
  for (const [name, at] of [
    ["--lo", row.interval[0]],
    ["--hi", row.interval[1]],
    ["--at", place],
  ] as const) {
    element.style.setProperty(name, `${(100 * axis.at(at)).toFixed(2)}%`);
  }
  const listen = part<HTMLButtonElement>(element, "listen");
  listen.hidden = row.preview === null;
  if (!element.classList.contains("playing")) listen.setAttribute("aria-label", `Listen to ${row.team_name}`);
}

/** Where each row stands among those who share its rank. */
export function joined(rows: readonly Row[], at: number): "" | "first" | "middle" | "last" {
  const [rank, above, below] = [rows[at]?.rank, rows[at - 1]?.rank, rows[at + 1]?.rank];
  if (rank === above) return rank === below ? "middle" : "last";
  return rank === below ? "first" : "";
}
