// The field that finds in the transcript, and the way from match to match.
import { part, say } from "../common/parts";
import { Haystack, type Hit, nearest } from "./find";
import type { Text } from "./text";

export interface FinderEvents {
  /** The word that is listened to. */
  here(): number;
  /** The reader goes to a match. */
  show(word: HTMLElement): void;
  /** The reader has ended at a match; -1: at none. */
  leave(word: number): void;
}

export class Finder {
  readonly #field: HTMLInputElement;
  #haystack: Haystack | null = null;
  #hits: Hit[] = [];
  #at = 0;
  #marked: HTMLElement[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly text: () => Text,
    private readonly events: FinderEvents,
  ) {
    this.#field = part<HTMLInputElement>(root, "find");
    this.#field.addEventListener("input", () => this.#search());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    const click = (name: string, run: () => void): void => part(root, name).addEventListener("click", run);
    click("find-open", () => this.open());
    click("find-on", () => this.#go(1));
    click("find-back", () => this.#go(-1));
    click("find-close", () => this.#close());
  }

  open(): void {
    this.#show(true);
    this.#field.focus();
    this.#field.select();
  }

  /** Other words stand there now. */
  renew(): void {
    part(this.root, "finder").hidden = this.text().words.length === 0;
    this.#haystack = null;
    if (this.#field.value !== "") this.#search();
  }

  #search(): void {
    this.#haystack ??= heap(this.text());
    this.#hits = this.#haystack.find(this.#field.value);
    this.#at = nearest(this.#hits, this.events.here());
    this.#mark();
    this.#go(0);
  }

  #go(by: number): void {
    const count = this.#hits.length;
    if (count > 0) this.#at = (this.#at + by + count) % count;
    const hit = this.#hits[this.#at];
    for (const word of this.#marked) word.classList.remove("at-hit");
    for (const word of this.#words(hit)) word.classList.add("at-hit");
    const [first] = this.#words(hit);
    if (first !== undefined) this.events.show(first);
    const asked = this.#field.value.trim() !== "";
    say(part(this.root, "find-count"), !asked ? "" : count > 0 ? `${this.#at + 1} of ${count}` : "No match");
    this.#show(asked || document.activeElement === this.#field);
  }

  #mark(): void {
    for (const word of this.#marked) word.classList.remove("hit", "at-hit");
    this.#marked = this.#hits.flatMap((hit) => this.#words(hit));
    for (const word of this.#marked) word.classList.add("hit");
  }

  #words(hit: Hit | undefined): HTMLElement[] {
    return hit === undefined ? [] : this.text().words.slice(hit.first, hit.last + 1);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Enter") this.#go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
  }

  #close(): void {
    const hit = this.#hits[this.#at];
    this.#field.value = "";
    this.#hits = [];
    this.#mark();
    this.#go(0);
    this.#field.blur();
    this.#show(false);
    this.events.leave(hit?.first ?? -1);
  }

  #show(open: boolean): void {
    const asked = this.#field.value.trim() !== "";
    part(this.root, "transcript-head").classList.toggle("finding", open);
    for (const name of ["find-on", "find-back"]) part(this.root, name).hidden = this.#hits.length === 0;
    part(this.root, "find-close").hidden = !open;
    part(this.root, "find-key").hidden = asked;
  }
}

/** All paragraphs, with what stands between their words. */
function heap(text: Text): Haystack {
  const all = new Haystack();
  for (const first of text.firsts) {
    const nodes = text.words[first]?.parentElement?.childNodes ?? [];
    all.add([...nodes].map((node) => ({ text: node.textContent ?? "", word: text.number(node) })));
  }
  return all;
}
