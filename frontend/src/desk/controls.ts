// What is asked for: a filter, a track, words, and by which column.
import { given, part } from "../common/parts";
import type { Column, Filter, View } from "./order";

export class Controls {
  readonly view: View = { filter: "all", track: "", find: "", column: "time", descending: true };
  readonly #find: HTMLInputElement;
  readonly #track: HTMLSelectElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly changed: () => void,
  ) {
    this.#find = part<HTMLInputElement>(root, "find");
    this.#track = part<HTMLSelectElement>(root, "track");
    this.#find.addEventListener("input", () => this.#set({ find: this.#find.value }));
    this.#find.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#find.blur();
    });
    this.#track.addEventListener("change", () => this.#set({ track: this.#track.value }));
    part(root, "filters").addEventListener("click", ({ target }) => {
      const button = (target as Element).closest("button");
      if (button !== null) this.#filter(button.value as Filter);
    });
    part(root, "show-all").addEventListener("click", () => {
      this.#find.value = this.view.find = "";
      this.#filter("all");
    });
  }

  find(): void {
    this.#find.focus();
  }

  /** The tracks that there are to choose from. */
  set tracks(tracks: ReadonlySet<string>) {
    const names = [...tracks].sort((one, other) => one.localeCompare(other));
    this.#track.replaceChildren(...[...this.#track.options].slice(0, 1), ...names.map((name) => new Option(name)));
    this.#track.value = this.view.track;
    part(this.root, "tracks").hidden = names.length === 0;
  }

  /** By the column of this button; the other way round, if it is so already. */
  sort(button: HTMLButtonElement): void {
    const column = given(button, "sort") as Column;
    const again = this.view.column === column;
    const descending = again ? !this.view.descending : button.dataset.first === "descending";
    for (const head of this.root.querySelectorAll<HTMLElement>("[data-column]")) {
      const mine = head.dataset.column === column;
      head.setAttribute("aria-sort", mine ? (descending ? "descending" : "ascending") : "none");
    }
    this.#set({ column, descending });
  }

  #filter(filter: Filter): void {
    for (const button of part(this.root, "filters").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === filter));
    }
    this.#set({ filter });
  }

  #set(change: Partial<View>): void {
    Object.assign(this.view, change);
    this.changed();
  }
}
