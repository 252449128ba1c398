// Pitches that were recorded under the wrong name are given to another team, and back.
import { send } from "../common/api";
import { part, say } from "../common/parts";
import { toast } from "../common/toast";
import { counted, each, type Holder } from "./bulk";
import type { Roster } from "./roster";
import { moved, type Row } from "./rows";

const OFFERED = 20; // teams; more are not looked through

export class Move {
  readonly #open: HTMLElement;
  readonly #form: HTMLFormElement;
  readonly #team: HTMLInputElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly holder: Holder,
    private readonly roster: Roster,
  ) {
    this.#open = part(root, "bulk-move");
    this.#form = part<HTMLFormElement>(root, "bulk-move-form");
    this.#team = part<HTMLInputElement>(root, "bulk-team");
    this.#open.addEventListener("click", () => this.#show(this.#form.hidden !== false));
    this.#team.addEventListener("input", () => this.#offer());
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.#show(false);
      this.#open.focus();
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Shuts it, when nothing is selected any more. */
  close(): void {
    this.#show(false);
  }

  #show(open: boolean): void {
    this.#form.hidden = !open;
    this.#open.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.#team.value = "";
    this.#offer();
    this.#team.focus();
  }

  #offer(): void {
    this.#wrong("");
    const typed = this.#team.value.trim().toLowerCase();
    const fitting = this.roster.teams.filter(([, name]) => name.toLowerCase().includes(typed));
    part(this.root, "bulk-teams").replaceChildren(
      ...fitting.slice(0, OFFERED).map(([, name]) => new Option(name, name)),
    );
  }

  #wrong(words: string): void {
    const told = part(this.root, "bulk-wrong");
    told.hidden = words === "";
    say(part(told, "bulk-wrong-words"), words);
    this.#team.setAttribute("aria-invalid", String(words !== ""));
  }

  async #submit(): Promise<void> {
    const team = this.roster.named(this.#team.value);
    if (team === undefined) {
      this.#wrong(`There is no team “${this.#team.value.trim()}” in this event.`);
      return;
    }
    const rows = this.holder.selected().filter((row) => row.teamId !== team[0]);
    this.holder.clear();
    const failed = await each(rows, (row) => give(row, { team_id: team[0] }));
    const lost = new Set(failed.map(([row]) => row));
    const done = rows.filter((row) => !lost.has(row));
    this.holder.put(done.map((row) => moved(row, team)));
    tell(failed);
    if (done.length === 0) return;
    toast({
      words: `${counted(done.length, "pitch", "pitches")} moved to ${team[1]}`,
      action: { label: "Undo", run: () => void this.#back(done) },
    });
  }

  async #back(rows: readonly Row[]): Promise<void> {
    const failed = await each(rows, (row) => give(row, former(row)));
    const lost = new Set(failed.map(([row]) => row));
    this.holder.put(rows.filter((row) => !lost.has(row)));
    tell(failed);
  }
}

const former = (row: Row): object => (row.teamId === null ? { team_name: row.team } : { team_id: row.teamId });

const give = (row: Row, to: object): Promise<void> => send("PATCH", `/api/v1/sessions/${row.id}`, to);

function tell(failed: readonly [Row, string][]): void {
  const [first] = failed;
  if (first !== undefined) toast({ words: `${counted(failed.length, "pitch", "pitches")} not moved. ${first[1]}` });
}
