// The wave of a recording that another device makes. All of it is stored, so it is solid; its newest bar is at the right.
import { bar, Sheet, type Surface } from "../wave/canvas";

export class HeardWave extends HTMLElement {
  #sheet: Sheet | null = null;
  #bars: readonly number[] = [];

  connectedCallback(): void {
    this.#sheet = new Sheet(this, (surface) => this.#draw(surface));
  }

  disconnectedCallback(): void {
    this.#sheet?.close();
  }

  /** Heights from 0 to 1, the newest last. */
  set bars(bars: readonly number[]) {
    this.#bars = bars;
    this.#sheet?.paint();
  }

  #draw({ context, width, height }: Surface): void {
    const sheet = this.#sheet;
    if (sheet === null) return;
    const [thick, gap] = [Number(this.dataset.bar), Number(this.dataset.gap)];
    const head = Math.round(width * Number(this.dataset.head ?? 1)); // where the recording head stands, if not at the edge
    context.fillStyle = sheet.colour("air");
    if (head < width && this.#bars.length > 0) context.fillRect(head, 0, 2, height);
    context.fillStyle = sheet.colour("ink");
    for (let back = 0; back < this.#bars.length; back++) {
      const x = head - (back + 1) * (thick + gap);
      if (x < -thick) return;
      bar(context, x, thick, Math.round(height / 2), (this.#bars.at(-1 - back) ?? 0) * height);
    }
  }
}

customElements.define("heard-wave", HeardWave);
