// Which pitches are selected: one by one, from one to another, or all that are shown.
import { part, say } from "../common/parts";
import type { Row } from "./rows";
import type { Table } from "./table";

export class Picked {
  #anchor: string | null = null;

  constructor(
    readonly ids: Set<string>,
    private readonly root: HTMLElement,
    private readonly table: Table,
    private readonly changed: () => void,
  ) {}

  toggle(id: string, range: boolean): void {
    const on = !this.ids.has(id);
    const [from, to] = [this.table.place(range ? (this.#anchor ?? id) : id), this.table.place(id)];
    this.#set(from < 0 ? [] : this.table.rows.slice(Math.min(from, to), Math.max(from, to) + 1), on);
    this.#anchor = id;
    say(part(this.root, "said"), `${this.ids.size} selected`);
  }

  all(on: boolean): void {
    this.#set(this.table.rows, on);
  }

  clear(): void {
    this.ids.clear();
    this.changed();
  }

  among(rows: readonly Row[]): Row[] {
    return rows.filter((row) => this.ids.has(row.id));
  }

  /** The box that stands for all. */
  show(): void {
    const shown = this.table.rows.filter(pickable);
    const chosen = this.among(shown).length;
    const all = part<HTMLInputElement>(this.root, "select-all");
    all.checked = chosen > 0 && chosen === shown.length;
    all.indeterminate = chosen > 0 && chosen < shown.length;
  }

  #set(rows: readonly Row[], on: boolean): void {
    for (const { id } of rows.filter(pickable)) this.ids[on ? "add" : "delete"](id);
    this.changed();
  }
}

const pickable = (row: Row): boolean => row.state !== "absent";
