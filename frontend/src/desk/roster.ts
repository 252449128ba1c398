// The teams of the event, those that join while the desk is open, too.
import type { SentTeam } from "./rows";

export type ChangedTeam = [...SentTeam, withdrawn: boolean];

export class Roster {
  readonly #teams = new Map<string, SentTeam>();
  tracks: ReadonlyMap<string, string> = new Map();

  get teams(): readonly SentTeam[] {
    return [...this.#teams.values()];
  }

  set teams(teams: readonly SentTeam[]) {
    this.#teams.clear();
    for (const team of teams) this.#teams.set(team[0], team);
    this.#follow();
  }

  /** Those that joined, changed, withdrew or came back. */
  changed(teams: readonly ChangedTeam[]): void {
    for (const [id, name, track, withdrawn] of teams) {
      if (withdrawn) this.#teams.delete(id);
      else this.#teams.set(id, [id, name, track]);
    }
    if (teams.length > 0) this.#follow();
  }

  named(name: string): SentTeam | undefined {
    const wanted = name.trim().toLowerCase();
    return this.teams.find(([, known]) => known.toLowerCase() === wanted);
  }

  #follow(): void {
    this.tracks = new Map(this.teams.flatMap(([id, , track]) => (track === null ? [] : [[id, track]])));
  }
}
