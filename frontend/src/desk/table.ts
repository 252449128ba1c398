// A list of thousands in a page that holds only those in sight. Rows are of one height, so that places can be told.
import type { Row } from "./rows";

const AROUND = 12; // rows kept above and below what is in sight, so that a finger and the Tab key find the next

export interface Drawing {
  make(row: Row): HTMLElement;
  refresh(element: HTMLElement, row: Row): void;
}

export class Table {
  readonly #body: HTMLElement;
  readonly #drawing: Drawing;
  readonly #shown = new Map<string, HTMLElement>();
  #rows: readonly Row[] = [];
  #places = new Map<string, number>();
  #tall = 0;
  #waiting = 0;

  constructor(body: HTMLElement, drawing: Drawing) {
    this.#body = body;
    this.#drawing = drawing;
    addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(document.documentElement);
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  set rows(rows: readonly Row[]) {
    this.#rows = rows;
    this.#places = new Map(rows.map((row, place) => [row.id, place]));
    if (this.#tall === 0) this.#measure();
    this.#draw();
  }

  element(id: string): HTMLElement | undefined {
    return this.#shown.get(id);
  }

  place(id: string): number {
    return this.#places.get(id) ?? -1;
  }

  /** Draws again what is in sight, after something about it changed. */
  refresh(): void {
    for (const [id, element] of this.#shown) {
      const row = this.#rows[this.place(id)];
      if (row !== undefined) this.#drawing.refresh(element, row);
    }
  }

  /** Brings a row into sight, clear of what stands fixed above and below. */
  reveal(id: string): HTMLElement | undefined {
    const place = this.place(id);
    if (place < 0) return undefined;
    const top = this.#body.getBoundingClientRect().top + place * this.#tall;
    const [above, below] = [60, 120]; // px: the head, and the dock
    if (top < above) scrollBy({ top: top - above });
    else if (top + this.#tall > innerHeight - below) scrollBy({ top: top + this.#tall - innerHeight + below });
    this.#draw();
    return this.element(id);
  }

  #measure(): void {
    const tall = Number.parseFloat(getComputedStyle(this.#body).getPropertyValue("--row"));
    if (tall === this.#tall) {
      this.#soon();
      return;
    }
    this.#tall = tall;
    for (const element of this.#shown.values()) element.remove();
    this.#shown.clear();
    this.#draw();
  }

  #soon(): void {
    if (this.#waiting !== 0) return;
    this.#waiting = requestAnimationFrame(() => {
      this.#waiting = 0;
      this.#draw();
    });
  }

  #draw(): void {
    if (this.#tall === 0) return;
    this.#body.style.height = `${this.#rows.length * this.#tall}px`;
    const top = -this.#body.getBoundingClientRect().top;
    const from = Math.max(0, Math.floor(top / this.#tall) - AROUND);
    const to = Math.min(this.#rows.length, Math.ceil((top + innerHeight) / this.#tall) + AROUND);
    const wanted = this.#rows.slice(from, Math.max(from, to));
    this.#drop(new Set(wanted.map((row) => row.id)));
    let before: Element | null = this.#body.firstElementChild;
    wanted.forEach((row, index) => {
      let element = this.#shown.get(row.id);
      if (element === undefined) {
        element = this.#drawing.make(row);
        this.#shown.set(row.id, element);
      } else this.#drawing.refresh(element, row);
      element.style.transform = `translateY(${(from + index) * this.#tall}px)`;
      element.setAttribute("aria-rowindex", String(from + index + 2));
      // Those that stand right are left where they are: a moved element loses the focus.
      if (element === before) before = element.nextElementSibling;
      else this.#body.insertBefore(element, before);
    });
  }

  #drop(wanted: ReadonlySet<string>): void {
    for (const [id, element] of this.#shown) {
      if (wanted.has(id)) continue;
      element.remove();
      this.#shown.delete(id);
    }
  }
}
