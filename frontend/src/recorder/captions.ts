// What is being said, as it is written down: settled words stay where they are, moving ones are fainter.
import { optional, part, say } from "../common/parts";
import { Heard, pieces } from "./heard";
import type { Transcript } from "./live-link";

const MANY = 160; // words; beyond, lines that are long out of sight are let go
const LINES = 4; // kept then; three are seen

export class Captions {
  readonly #heard = new Heard();
  readonly #box: HTMLElement;
  readonly #ink: HTMLElement;
  readonly #moving: HTMLElement;
  readonly #aloud: HTMLElement;
  #told = false;

  constructor(root: HTMLElement) {
    this.#box = part(root, "captions-box");
    this.#ink = part(root, "captions-settled");
    this.#moving = part(root, "captions-moving");
    this.#aloud = part(root, "captions-aloud");
    optional(root, "captions-toggle")?.addEventListener("click", (event) =>
      this.#toggle(event.currentTarget as Element),
    );
  }

  take(utterance: Transcript): void {
    this.#show("");
    const settled = this.#heard.take(utterance);
    for (const piece of pieces(settled)) this.#append(piece);
    this.#moving.textContent = this.#heard.moving;
    if (settled !== "" && this.#aloud.getAttribute("aria-live") === "polite") this.#aloud.textContent = settled;
    if (this.#ink.childElementCount > MANY) this.#trim();
  }

  /** Nobody writes it down just now. Said once: the recording does not suffer by it. */
  unavailable(message: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#show(message);
  }

  #show(words: string): void {
    this.#box.hidden = false;
    say(part(this.#box, "captions-words"), words);
  }

  #append(piece: string): void {
    const word = document.createElement("span");
    word.textContent = piece;
    this.#ink.append(piece.trim() === "" ? piece : word);
  }

  /** Whole lines go, from the top: what is left begins where a line begins, and so breaks as it did. */
  #trim(): void {
    const words = [...this.#ink.children] as HTMLElement[];
    const tops = [...new Set(words.map((word) => word.offsetTop))];
    const first = words.find((word) => word.offsetTop === tops.at(-LINES));
    while (first !== undefined && this.#ink.firstChild !== first) this.#ink.firstChild?.remove();
  }

  /** For whoever listens with a screen reader; the speaker's own would speak into the pitch. */
  #toggle(button: Element): void {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    this.#aloud.setAttribute("aria-live", on ? "polite" : "off");
    if (!on) this.#aloud.textContent = "";
  }
}
