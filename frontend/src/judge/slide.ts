// A finger that slides along a scale. What goes up or down scrolls the page, and gives nothing.

const ENOUGH = 8; // px to the side, from which on it is no tap any more

export interface Sliding {
  /** Where the finger is, 0 to 1 from left to right. */
  over(share: number): void;
  /** It was no sliding after all. */
  left(): void;
  end(share: number): void;
}

export class Slide {
  #from: number | null = null;
  #sliding = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly to: Sliding,
  ) {
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", () => this.#cancel());
    // The click that some browsers make of the end of a slide would be a second answer.
    element.addEventListener("click", (event) => this.#swallow(event), { capture: true });
  }

  #down(event: PointerEvent): void {
    const free = this.element.querySelector("input:disabled") === null;
    this.#from = event.isPrimary && event.button === 0 && free ? event.clientX : null;
    this.#sliding = false;
  }

  #move(event: PointerEvent): void {
    if (this.#from === null || !event.isPrimary) return;
    if (!this.#sliding && Math.abs(event.clientX - this.#from) < ENOUGH) return;
    if (!this.#sliding) this.element.setPointerCapture(event.pointerId);
    this.#sliding = true;
    this.to.over(this.#share(event));
  }

  #up(event: PointerEvent): void {
    if (this.#from === null || !event.isPrimary) return;
    this.#from = null;
    if (this.#sliding) this.to.end(this.#share(event));
    setTimeout(() => {
      this.#sliding = false; // after the click, if there is one
    });
  }

  #cancel(): void {
    if (this.#sliding) this.to.left();
    this.#from = null;
    this.#sliding = false;
  }

  #swallow(event: Event): void {
    if (!this.#sliding) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #share({ clientX }: PointerEvent): number {
    const { left, width } = this.element.getBoundingClientRect();
    return (clientX - left) / width;
  }
}
