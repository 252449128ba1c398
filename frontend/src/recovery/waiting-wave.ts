// A waiting recording: solid is stored, hollow is only here, and where the ear is while it plays.
import { bar, hollow, Sheet, type Surface } from "../wave/canvas";
import { type Peaks, shape } from "../wave/shape";

const THICK = 3; // px
const GAP = 2; // px

export class WaitingWave extends HTMLElement {
  #sheet: Sheet | null = null;
  #peaks: Pick<Peaks, "mean" | "max"> = { mean: [], max: [] };
  #stored = 0;
  #heard: number | null = null;

  connectedCallback(): void {
    this.#sheet = new Sheet(this, (surface) => this.#draw(surface));
  }

  disconnectedCallback(): void {
    this.#sheet?.close();
  }

  set peaks(peaks: Pick<Peaks, "mean" | "max">) {
    this.#peaks = peaks;
    this.#sheet?.paint();
  }

  /** The share that is stored, 0 to 1. */
  set stored(share: number) {
    this.#stored = share;
    this.#sheet?.paint();
  }

  /** The share that was heard, 0 to 1; null: it is not playing. */
  set heard(share: number | null) {
    this.#heard = share;
    this.#sheet?.paint();
  }

  #draw({ context, width, height }: Surface): void {
    const colour = (token: string): string => this.#sheet?.colour(token) ?? "";
    const bars = Math.floor((width + GAP) / (THICK + GAP));
    const middle = Math.round(height / 2);
    const heights = shape(this.#peaks, bars);
    for (let index = 0; index < bars; index++) {
      const value = heights[index] ?? 0; // dots until it is known
      const [x, share] = [index * (THICK + GAP), (index + 1) / bars];
      context.fillStyle = colour(this.#heard !== null && share > this.#heard ? "wave" : "ink");
      context.strokeStyle = colour("air");
      if (share <= this.#stored + 1e-9) bar(context, x, THICK, middle, value * height);
      else hollow(context, x, THICK, middle, value * height);
    }
    if (this.#heard === null) return;
    context.fillStyle = colour("ink");
    context.fillRect(Math.round(this.#heard * (width - 2)), 0, 2, height);
  }
}

customElements.define("waiting-wave", WaitingWave);
