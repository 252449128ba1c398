// One tab stop for all words: it stands on the word being spoken until a reader takes it along with the arrow keys.
import { step } from "./steps";
import type { Text } from "./text";

export interface CaretEvents {
  /** The reader came to a word by keys; -1: left the words. */
  reached(word: number): void;
  play(word: number): void;
  correct(word: number): void;
}

export class Caret {
  #at = -1;

  constructor(
    said: HTMLElement,
    private readonly text: () => Text,
    private readonly events: CaretEvents,
  ) {
    said.addEventListener("keydown", (event) => this.#key(event));
    said.addEventListener("focusin", (event) => this.events.reached(this.text().number(event.target)));
    said.addEventListener("focusout", () => this.events.reached(-1));
  }

  get #focused(): boolean {
    return document.activeElement !== null && this.text().words[this.#at] === document.activeElement;
  }

  /** The tab stop goes along, unless the reader is at it. */
  follow(word: number): void {
    if (!this.#focused) this.put(word);
  }

  put(word: number): void {
    const [old, now] = [this.text().words[this.#at], this.text().words[Math.max(0, word)]];
    if (old === now && old?.tabIndex === 0) return;
    // Only the word with the tab stop is a link: all the others are read as the text that they are.
    for (const name of ["tabindex", "role"]) old?.removeAttribute(name);
    now?.setAttribute("tabindex", "0");
    now?.setAttribute("role", "link");
    this.#at = Math.max(0, word);
  }

  focus(word: number): void {
    this.put(word);
    this.text().words[word]?.focus({ preventScroll: true });
    this.text().words[word]?.scrollIntoView({ block: "nearest" });
  }

  #key(event: KeyboardEvent): void {
    const { words, firsts } = this.text();
    const from = this.text().number(event.target);
    if (from < 0) return;
    const paragraph = words[from]?.parentElement;
    const rtl = paragraph !== null && paragraph !== undefined && getComputedStyle(paragraph).direction === "rtl";
    const to = step(event, from, firsts, words.length, rtl);
    if (to !== null) this.focus(to);
    else if (event.key === "Enter") this.events.play(from);
    else if (event.key === "F2") this.events.correct(from);
    else return;
    event.preventDefault(); // the page has the same keys
  }
}
