// The page goes along with what is spoken until the reader scrolls; then a button leads back.
import { calm } from "../common/device";
import { clock } from "../common/format";
import { say } from "../common/parts";

const OURS = 700; // ms that a smooth scroll of ours may take
const LATELY = 1000; // ms in which a gesture may still scroll
const NEAR = 1.5; // screens; what is further away is gone to at once
const SCROLLING = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"]);

export class Follow {
  #word: HTMLElement | null = null;
  #left = false;
  #ours = Number.NEGATIVE_INFINITY; // when we last began to scroll
  #gesture = Number.NEGATIVE_INFINITY; // when the reader last did what may scroll
  #seeking = false; // the wave is held: it must not go away under the finger
  /** Something keeps the reader where they are, such as a correction. */
  held = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly button: HTMLButtonElement,
    private readonly playing: () => boolean,
    signal: AbortSignal,
  ) {
    const passive = { passive: true, signal };
    const gesture = (event: Event): void => {
      const wave = event.target instanceof Element && event.target.closest("pitch-wave") !== null;
      if (!wave) this.#gesture = performance.now(); // a finger on the wave seeks; it does not scroll
    };
    for (const event of ["wheel", "touchmove"]) window.addEventListener(event, gesture, passive);
    const press = (event: Event): void => {
      this.#seeking = event.target instanceof Element && event.target.closest("pitch-wave") !== null;
      if (event.target === document.documentElement) gesture(event); // the bar at the side
    };
    window.addEventListener("pointerdown", press, passive);
    for (const event of ["pointerup", "pointercancel"]) {
      window.addEventListener(event, () => (this.#seeking = false), passive);
    }
    document.addEventListener("keydown", (event) => SCROLLING.has(event.key) && gesture(event), { signal });
    window.addEventListener("scroll", () => this.#scrolled(), passive);
    window.addEventListener("scrollend", () => this.#ended(), passive);
    button.addEventListener("click", () => this.#back());
  }

  /** Another word is being spoken, or was gone to. */
  word(word: HTMLElement | null): void {
    this.#word = word;
    if (this.playing() && !this.#left && !this.#seeking && !this.held) this.#show();
  }

  second(second: number): void {
    if (this.#left) say(this.button, `Back to ${clock(second)}`);
  }

  /** The reader went elsewhere. */
  leave(): void {
    if (!this.playing() || this.#word === null) return;
    this.#left = true;
    this.place.hidden = false;
  }

  /** Along again from now on. */
  along(): void {
    this.#left = false;
    this.place.hidden = true;
  }

  #back(): void {
    this.along();
    this.#show();
  }

  /** Scrolls only where the word is out of sight. */
  #show(): void {
    const word = this.#word;
    if (word === null || this.#sees(word)) return;
    const far = Math.abs(word.getBoundingClientRect().top) > NEAR * innerHeight;
    this.#ours = performance.now();
    this.#gesture = Number.NEGATIVE_INFINITY;
    word.scrollIntoView({ block: "center", behavior: calm() || far ? "auto" : "smooth" });
  }

  #sees(word: HTMLElement): boolean {
    const { top, bottom } = word.getBoundingClientRect();
    const style = getComputedStyle(word);
    const [above, below] = [Number.parseFloat(style.scrollMarginTop), Number.parseFloat(style.scrollMarginBottom)];
    return top >= above && bottom <= innerHeight - below;
  }

  #scrolled(): void {
    const now = performance.now();
    const reader = now - this.#gesture < LATELY && this.#gesture > this.#ours;
    if (reader) this.leave();
    else if (now > this.#ours + OURS && this.#word !== null && !this.#left && !this.#sees(this.#word)) this.leave();
  }

  #ended(): void {
    this.#ours = Number.NEGATIVE_INFINITY;
  }
}
