// What there is to say about a word, and to do with it: a slip below the word.

const SOON = 150; // ms a pointer rests on a word before its note comes
const GAP = 8; // px between a word and its note
const WORDS = "note-words"; // what describes the word; what can be done with it does not
const LATE = 250; // ms in which a pointer may get from the word to its note

export class Note {
  #word: HTMLElement | null = null;
  #timer = 0;
  #pinned = false;

  constructor(private readonly box: HTMLElement) {
    box.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    box.addEventListener("pointerleave", () => this.hideLater());
    new ResizeObserver(() => this.#place()).observe(box.parentElement as Element);
  }

  get word(): HTMLElement | null {
    return this.#word;
  }

  get focused(): boolean {
    return this.box.contains(document.activeElement);
  }

  /** `pinned`: it stays when the pointer goes. */
  show(word: HTMLElement, content: Iterable<Node>, pinned: boolean): void {
    clearTimeout(this.#timer);
    if (this.#word !== word) this.#describe(false);
    this.#word = word;
    const all = [...content];
    this.#pinned = pinned && all.length > 0;
    const words = document.createElement("div");
    words.id = WORDS;
    words.append(...all.filter((node) => node.nodeName === "P"));
    this.box.replaceChildren(words, ...all.filter((node) => node.nodeName !== "P"));
    this.box.hidden = all.length === 0;
    this.#describe(words.hasChildNodes());
    this.#place();
  }

  showLater(word: HTMLElement, content: () => Iterable<Node>): void {
    if (this.#pinned) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.show(word, content(), false), SOON);
  }

  hideLater(): void {
    clearTimeout(this.#timer);
    if (!this.#pinned) this.#timer = window.setTimeout(() => this.hide(), LATE);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#describe(false);
    this.#word = null;
    this.#pinned = false;
    this.box.hidden = true;
  }

  #describe(yes: boolean): void {
    if (yes) this.#word?.setAttribute("aria-describedby", WORDS);
    else this.#word?.removeAttribute("aria-describedby");
  }

  #place(): void {
    const host = this.box.parentElement;
    if (this.#word === null || host === null || this.box.hidden) return;
    const [around, seat] = [host.getBoundingClientRect(), anchor(this.#word)];
    const { offsetWidth: wide, offsetHeight: tall } = this.box;
    const left = Math.min(Math.max(0, seat.left - around.left), around.width - wide);
    // Above the word where there is no room below, which ends where the dock begins.
    const floor = innerHeight - Number.parseFloat(getComputedStyle(this.#word).scrollMarginBottom);
    const top = seat.bottom + GAP + tall > floor ? seat.top - GAP - tall : seat.bottom + GAP;
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top - around.top)}px)`;
  }
}

/** The last line of a word; of one that is being corrected, its field. */
function anchor(word: HTMLElement): DOMRect {
  const seen = word.hidden ? (word.nextElementSibling ?? word) : word;
  return [...seen.getClientRects()].at(-1) ?? seen.getBoundingClientRect();
}

export function line(words: string, className = ""): HTMLParagraphElement {
  const paragraph = document.createElement("p");
  paragraph.className = className;
  paragraph.textContent = words;
  return paragraph;
}

export function press(label: string, run: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = label;
  button.addEventListener("click", run);
  return button;
}
