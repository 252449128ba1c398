// Marks and notes of whoever listens, kept on this device for an event.

export interface Note {
  /** Seconds that were marked, in order. */
  marks: number[];
  text: string;
}

const NOTHING: Note = { marks: [], text: "" };
const NEAR = 2; // s; a second press there takes the mark away again

export class Notes {
  readonly #key: string;
  readonly #notes: Map<string, Note>;

  constructor(eventId: string) {
    this.#key = `desk:${eventId}`;
    this.#notes = new Map(Object.entries(this.#stored()));
  }

  of(id: string): Note {
    return this.#notes.get(id) ?? NOTHING;
  }

  readonly has = (id: string): boolean => this.#notes.has(id);

  /** Marks a second, or takes the mark away that is near; whether there is one now. */
  mark(id: string, second: number): boolean {
    const { marks, text } = this.of(id);
    const others = marks.filter((known) => Math.abs(known - second) > NEAR);
    const added = others.length === marks.length;
    this.#keep(id, { text, marks: added ? [...others, second].sort((one, other) => one - other) : others });
    return added;
  }

  write(id: string, text: string): void {
    this.#keep(id, { marks: this.of(id).marks, text });
  }

  #keep(id: string, note: Note): void {
    if (note.marks.length === 0 && note.text.trim() === "") this.#notes.delete(id);
    else this.#notes.set(id, note);
    try {
      localStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(this.#notes)));
    } catch {
      // Storage is full or switched off: it holds for this page.
    }
  }

  #stored(): Record<string, Note> {
    try {
      return (JSON.parse(localStorage.getItem(this.#key) ?? "{}") ?? {}) as Record<string, Note>;
    } catch {
      return {};
    }
  }
}
