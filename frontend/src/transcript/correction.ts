// Correcting a word where it stands. The server keeps the machine's word behind it.
import { Refused, send } from "../common/api";
import { line, type Note, press } from "./note";
import { place } from "./text";

const LONGEST = 200; // characters; the server takes no more

export interface CorrectionEvents {
  /** The server has it: what the page shows is to be fetched anew. */
  kept(word: HTMLElement): Promise<void>;
  /** Nothing is being corrected any more. */
  left(word: HTMLElement): void;
  begun(): void;
}

export class Correction {
  #word: HTMLElement | null = null;
  readonly #field = document.createElement("input");
  #was = "";

  constructor(
    private readonly note: Note,
    private readonly path: () => string | undefined,
    private readonly events: CorrectionEvents,
  ) {
    this.#field.className = "correction";
    this.#field.maxLength = LONGEST;
    this.#field.autocomplete = "off";
    this.#field.dir = "auto";
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => this.#fit());
    this.#field.addEventListener("blur", () => {
      if (this.#field.value === this.#was) setTimeout(() => this.#leaveUnless(), 0);
    });
  }

  get open(): boolean {
    return this.#word !== null;
  }

  /** Whether this reader may correct this word. */
  may(word: HTMLElement): boolean {
    return this.path() !== undefined && word.closest("[data-whole]") === null;
  }

  begin(word: HTMLElement): void {
    if (!this.may(word) || this.open) return;
    this.#word = word;
    this.#was = word.textContent ?? "";
    this.#field.value = this.#was;
    this.#field.readOnly = false;
    this.#field.setAttribute("aria-label", `Correct “${this.#was}”`);
    word.hidden = true;
    word.after(this.#field);
    this.#fit();
    this.events.begun();
    this.#say(line("Enter keeps it, Escape leaves it as it was."));
    this.#field.focus();
    this.#field.select();
  }

  /** The word as the machine heard it. */
  async takeBack(word: HTMLElement): Promise<void> {
    this.begin(word);
    this.#field.value = word.dataset.machine ?? this.#was;
    await this.#keep();
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    event.stopPropagation(); // the words around have the same keys
    if (event.key === "Escape") this.#leave();
    else if (event.key === "Enter") void this.#keep();
    else return;
    event.preventDefault();
  }

  async #keep(): Promise<void> {
    const word = this.#word;
    const path = this.path();
    if (word === null || path === undefined || this.#field.readOnly) return;
    const now = this.#field.value.trim().replace(/\s+/g, " ");
    if (now === this.#was && word.textContent === now) return this.#leave();
    this.#field.readOnly = true;
    try {
      await send("PUT", path, { ...place(word), word: now, was: this.#was });
      word.textContent = now;
      this.#close();
      await this.events.kept(word);
    } catch (error) {
      this.#field.readOnly = false;
      await this.#refused(error as Error, word);
    }
  }

  async #refused(error: Error, word: HTMLElement): Promise<void> {
    const theirs = error instanceof Refused ? error.problem.word : undefined;
    if (error instanceof Refused && error.code === "word_changed" && typeof theirs === "string") {
      return this.#choose(word, theirs);
    }
    if (error instanceof Refused && (error.status === 404 || error.status === 409)) {
      this.#close();
      await this.events.kept(word); // the transcript is another one now
      return;
    }
    const why = error instanceof Refused ? error.message : "The page did not understand the answer.";
    this.#say(wrong(`${why} Your word is still here; press Enter to try again.`));
    this.#field.focus();
  }

  /** Somebody else was faster: both are shown. */
  #choose(word: HTMLElement, theirs: string): void {
    const mine = this.#field.value.trim();
    const row = document.createElement("div");
    row.className = "button-row";
    const take = (): void => {
      word.textContent = theirs;
      this.#close();
      void this.events.kept(word);
    };
    const keep = (): void => {
      this.#was = theirs;
      void this.#keep();
    };
    row.append(press(`Keep “${mine}”`, keep), press(`Take “${theirs}”`, take));
    this.#say(wrong(`Somebody changed this word to “${theirs}” meanwhile. Keep yours, or take the other?`), row);
    row.querySelector("button")?.focus();
  }

  #say(...content: Node[]): void {
    if (this.#word !== null) this.note.show(this.#word, content, true);
  }

  #leaveUnless(): void {
    // Not when the focus went to the note, which asks something.
    if (this.#word !== null && document.activeElement !== this.#field && !this.note.focused) this.#close();
  }

  #leave(): void {
    const word = this.#word;
    this.#close();
    if (word !== null) this.events.left(word);
  }

  #close(): void {
    const word = this.#word;
    this.#word = null;
    this.#field.remove();
    if (word !== null) word.hidden = false;
    this.note.hide();
  }

  #fit(): void {
    this.#field.style.width = `calc(${Math.max(2, this.#field.value.length)}ch + 10px)`;
  }
}

function wrong(words: string): HTMLElement {
  const sentence = line("", "wrong");
  sentence.setAttribute("role", "alert");
  const bang = document.createElement("span");
  bang.className = "bang";
  bang.setAttribute("aria-hidden", "true");
  bang.textContent = "!";
  const said = document.createElement("span");
  said.textContent = words;
  sentence.append(bang, said);
  return sentence;
}
