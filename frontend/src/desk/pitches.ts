// What there is: the pitches by their id, and the teams, also those that have none.
import type { Around } from "./load";
import { type ChangedTeam, Roster } from "./roster";
import { absent, decoded, placed, type Row, type Sent } from "./rows";

export class Pitches {
  readonly roster = new Roster();
  readonly #sessions = new Map<string, Row>();
  readonly #hidden = new Set<string>();
  /** All that there were have been read. */
  complete = false;

  get size(): number {
    return this.#sessions.size;
  }

  get(id: string): Row | undefined {
    return this.#sessions.get(id);
  }

  /** All but those that are out of sight. */
  get sessions(): Row[] {
    return [...this.#sessions.values()].filter((row) => !this.#hidden.has(row.id));
  }

  /** Teams without one, of `sessions`. */
  missing(sessions: readonly Row[]): Row[] {
    if (!this.complete) return [];
    const here = new Set(sessions.map((row) => row.teamId));
    return this.roster.teams.filter(([id]) => !here.has(id)).map(absent);
  }

  took(rows: readonly Sent[]): void {
    for (const sent of rows) this.#sessions.set(sent[0], decoded(sent, this.roster.tracks));
  }

  around({ teams, cards }: Around): void {
    this.roster.teams = teams;
    const { tracks } = this.roster;
    for (const [id, row] of this.#sessions) this.#sessions.set(id, { ...placed(row, tracks), cards: cards[id] ?? 0 });
  }

  changed(teams: readonly ChangedTeam[]): void {
    if (teams.length === 0) return;
    this.roster.changed(teams);
    for (const [id, row] of this.#sessions) this.#sessions.set(id, placed(row, this.roster.tracks));
  }

  /** As they are now; those that are gone stay so. */
  put(rows: readonly Row[]): void {
    for (const row of rows) if (this.#sessions.has(row.id)) this.#sessions.set(row.id, row);
  }

  hide(id: string, hidden: boolean): void {
    this.#hidden[hidden ? "add" : "delete"](id);
  }

  lose(id: string): boolean {
    return this.#sessions.delete(id);
  }
}
