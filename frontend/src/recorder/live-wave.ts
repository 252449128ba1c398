// The wave of a recording under way. It scrolls with the sound: solid is stored, hollow and red is only here.
import { calm } from "../common/device";
import { bar, hollow, Sheet, type Surface } from "../wave/canvas";

const BARS_A_SECOND = 4;
const THICK = 4; // px
const GAP = 2; // px
const FILL = 160; // ms in which a bar turns solid
const KEEP = 2000; // bars; wider than any screen
const LEAST_TOP = 2500; // of 32 768: room noise must not fill the height before anybody spoke

export class LiveWave extends HTMLElement {
  #sheet: Sheet | null = null;
  #rate = 16_000;
  #bars: number[] = [];
  #dropped = 0;
  #mean = 0;
  #most = 0;
  #count = 0;
  #pushed = 0;
  #stored = 0;
  #solidAt: number[] = [];
  #top = LEAST_TOP;
  #open = false;
  #painted = 0;

  connectedCallback(): void {
    this.#sheet = new Sheet(this, (surface) => this.#draw(surface));
  }

  disconnectedCallback(): void {
    this.#sheet?.close();
  }

  set rate(rate: number) {
    this.#rate = rate;
  }

  /** Whether the microphone is open: only then there is a recording head. */
  set open(yes: boolean) {
    this.#open = yes;
    this.#sheet?.paint();
  }

  /** The seconds at the end that are not durable yet. */
  set unstored(seconds: number) {
    const now = performance.now();
    const solid = Math.floor((this.#pushed / this.#rate - seconds) * BARS_A_SECOND + 1e-6);
    for (let index = this.#stored; index < solid; index++) this.#solidAt[index % KEEP] = now;
    this.#stored = Math.max(this.#stored, solid);
    this.#sheet?.paint();
  }

  push(samples: Int16Array): void {
    const whole = this.#rate / BARS_A_SECOND;
    this.#pushed += samples.length;
    for (const sample of samples) {
      const size = Math.abs(sample);
      this.#mean += size;
      this.#most = Math.max(this.#most, size);
      if (++this.#count >= whole) this.#finish();
    }
    if (!calm()) this.#sheet?.paint();
    else if (performance.now() - this.#painted > 1000) this.#sheet?.paint();
  }

  #finish(): void {
    this.#bars.push(this.#value());
    this.#top = Math.max(this.#top, this.#bars.at(-1) ?? 0);
    if (this.#bars.length > KEEP) {
      this.#bars.shift();
      this.#dropped++;
    }
    this.#mean = this.#most = this.#count = 0;
  }

  /** Like the finished pitch: mostly mean (which is small beside maxima, hence the factor), a little maximum. */
  #value(): number {
    return this.#count === 0 ? 0 : (0.85 * 2.5 * this.#mean) / this.#count + 0.15 * this.#most;
  }

  #draw({ context, width, height }: Surface): void {
    const sheet = this.#sheet;
    if (sheet === null) return;
    this.#painted = performance.now();
    const step = THICK + GAP;
    const head = Math.round(width * 0.905);
    const middle = Math.round(height / 2);
    const part = calm() ? 0 : (this.#count * BARS_A_SECOND) / this.#rate;
    const newest = this.#bars.length - 1;
    let moving = false;
    for (let back = 0; back <= newest; back++) {
      const x = head - (back + 1 + part) * step;
      if (x < -step) break;
      const index = newest - back + this.#dropped;
      moving = this.#bar(context, sheet, x, middle, this.#tall(newest - back, height), index) || moving;
    }
    if (this.#open) {
      context.fillStyle = sheet.colour("air");
      context.fillRect(head, 0, 2, height);
    }
    if (moving) sheet.paint();
  }

  #tall(place: number, height: number): number {
    return Math.min(1, ((this.#bars[place] ?? 0) / this.#top) ** 0.9) * (height - 4);
  }

  /** True while the bar is turning solid. */
  #bar(
    context: CanvasRenderingContext2D,
    sheet: Sheet,
    x: number,
    middle: number,
    tall: number,
    index: number,
  ): boolean {
    const solid = index < this.#stored;
    const age = solid ? this.#painted - (this.#solidAt[index % KEEP] ?? 0) : 0;
    const filled = solid && (calm() || age >= FILL);
    if (!filled) {
      context.strokeStyle = sheet.colour("air");
      hollow(context, x, THICK, middle, tall);
    }
    if (!solid) return false;
    context.fillStyle = sheet.colour("ink");
    context.globalAlpha = filled ? 1 : age / FILL;
    bar(context, x, THICK, middle, tall);
    context.globalAlpha = 1;
    return !filled;
  }
}

customElements.define("live-wave", LiveWave);
