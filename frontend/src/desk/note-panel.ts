// Marking a second and writing a note without leaving the queue.
import { clock } from "../common/format";
import { part, say } from "../common/parts";
import type { Listening } from "./listening";
import type { Notes } from "./notes";
import type { Row } from "./rows";

export class NotePanel {
  readonly #panel: HTMLElement;
  readonly #button: HTMLElement;
  readonly #text: HTMLTextAreaElement;
  #back: HTMLElement | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly notes: Notes,
    private readonly listening: Listening,
    private readonly row: (id: string) => Row | undefined,
    private readonly changed: (said?: string) => void,
  ) {
    this.#panel = part(root, "note-panel");
    this.#button = part(root, "note");
    this.#text = part<HTMLTextAreaElement>(root, "note-text");
    this.#button.addEventListener("click", () => this.toggle());
    part(root, "mark").addEventListener("click", () => this.mark());
    this.#text.addEventListener("input", () => this.#write());
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#close();
    });
  }

  mark(): void {
    const id = this.listening.current;
    if (id === null) return;
    const second = Math.floor(this.listening.second);
    const added = this.notes.mark(id, second);
    this.show();
    this.changed(added ? `Marked at ${clock(second)}, on this device.` : `The mark at ${clock(second)} is gone.`);
  }

  toggle(): void {
    if (!this.#panel.hidden) this.#close();
    else if (this.listening.current !== null) this.#open();
  }

  #open(): void {
    this.#back = document.activeElement as HTMLElement | null;
    this.#panel.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.show();
    this.#text.focus();
  }

  /** Shows what is known of the pitch in the dock. */
  show(): void {
    const id = this.listening.current;
    say(part(this.root, "marks"), this.listening.marks());
    if (id === null) {
      if (!this.#panel.hidden) this.#close();
      return;
    }
    say(part(this.root, "note-team"), this.row(id)?.team ?? "");
    const { text } = this.notes.of(id);
    if (this.#text.value !== text) this.#text.value = text;
  }

  #write(): void {
    const id = this.listening.current;
    if (id === null) return;
    this.notes.write(id, this.#text.value);
    this.changed();
  }

  #close(): void {
    this.#text.blur(); // hidden, it would keep the keys until the next frame
    this.#panel.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    (this.#back?.isConnected === true ? this.#back : this.#button).focus();
  }
}
