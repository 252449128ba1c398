// The standings in the room: S shows the first ten and keeps them current, S or Escape ends it.
import { arrange, part, say } from "../common/parts";
import type { Board } from "../standings/board";
import { follow } from "../standings/stream";
import { head, isOut, type Line } from "./steps";

const TOP = 10; // rows: more cannot be read from the back

export class LiveTable {
  readonly #rows = new Map<string, HTMLElement>();
  #following: AbortController | null = null;

  constructor(
    private readonly screen: HTMLElement,
    private readonly path: string,
  ) {
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const running = this.#following !== null;
    if (event.key.toLowerCase() === "s") {
      if (running) this.#end();
      else this.#begin();
    } else if (running && event.key === "Escape") this.#end();
    else return;
    event.preventDefault();
  }

  #begin(): void {
    const following = new AbortController();
    this.#following = following;
    follow(
      `${this.path}/stream`,
      this.path,
      (board) => this.#told(board),
      (gone) => part(this.screen, "table").classList.toggle("stale", gone),
      following.signal,
    );
  }

  #told(board: Board): void {
    if (this.#following === null) return;
    if (!isOut(board) || board.standings.length === 0) {
      this.#end();
      return;
    }
    const rows = head(board.standings, TOP).map((line) => this.#row(line));
    arrange(part(this.screen, "table-rows"), rows);
    part(this.screen, "table").hidden = false;
  }

  #end(): void {
    this.#following?.abort();
    this.#following = null;
    part(this.screen, "table").hidden = true;
  }

  #row({ session, rank, team, score, range }: Line): HTMLElement {
    const row = this.#rows.get(session) ?? this.#made(session);
    say(part(row, "table-rank"), rank);
    say(part(row, "table-team"), team);
    say(part(row, "table-score"), score);
    say(part(row, "table-range"), range);
    return row;
  }

  #made(session: string): HTMLElement {
    const copy = part<HTMLTemplateElement>(this.screen, "table-row").content.cloneNode(true) as DocumentFragment;
    const row = copy.firstElementChild as HTMLElement;
    this.#rows.set(session, row);
    return row;
  }
}
