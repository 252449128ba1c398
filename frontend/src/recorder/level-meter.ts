// Twenty-four steps with the peak held; the last two warn. The word beside it says the same.
import { Sheet, type Surface } from "../wave/canvas";

const STEPS = 24;
const WARN = 2;
const GAP = 2; // px

export class LevelMeter extends HTMLElement {
  #sheet: Sheet | null = null;
  #bar = 0;
  #peak = 0;

  connectedCallback(): void {
    this.#sheet = new Sheet(this, (surface) => this.#draw(surface));
  }

  disconnectedCallback(): void {
    this.#sheet?.close();
  }

  /** Shares of the whole, 0 to 1. */
  show(bar: number, peak: number): void {
    [this.#bar, this.#peak] = [bar, peak];
    this.#sheet?.paint();
  }

  #draw({ context, width, height }: Surface): void {
    const sheet = this.#sheet;
    if (sheet === null) return;
    const wide = (width - GAP * (STEPS - 1)) / STEPS;
    const held = Math.ceil(this.#peak * STEPS) - 1;
    for (let step = 0; step < STEPS; step++) {
      const [x, warns] = [step * (wide + GAP), step >= STEPS - WARN];
      const lit = step < Math.round(this.#bar * STEPS) || step === held;
      context.fillStyle = sheet.colour(lit ? (warns ? "caution" : "ink") : "line");
      if (lit || !warns) context.fillRect(x, 0, wide, height);
      if (!warns) continue;
      context.strokeStyle = sheet.colour("caution");
      context.strokeRect(x + 0.5, 0.5, wide - 1, height - 1);
    }
  }
}

customElements.define("level-meter", LevelMeter);
