// A pitch's silhouette in a row or across a page. Its width is true: length divided by the event's limit.
import { getJson } from "../common/api";
import { bar, Sheet, type Surface } from "./canvas";
import { type Peaks, resize, shape } from "./shape";

export class MiniWave extends HTMLElement {
  #sheet: Sheet | null = null;
  #heights: number[] = [];
  #peaks: Peaks | null = null;
  #progress: number | null = null;
  #stretch: [number, number] = [0, 1];

  connectedCallback(): void {
    this.#heights = (this.dataset.heights ?? "")
      .split(" ")
      .filter(Boolean)
      .map((height) => Number(height) / 100);
    this.#sheet = new Sheet(this, (surface) => this.#draw(surface));
    if (this.dataset.peaks !== undefined) void this.#load(this.dataset.peaks);
  }

  disconnectedCallback(): void {
    this.#sheet?.close();
  }

  /** The share that was played, 0 to 1; null: nothing is playing. */
  set progress(share: number | null) {
    this.#progress = share;
    this.#sheet?.paint();
  }

  /** Shows a stretch of a recording, from and to in shares of it. */
  show(peaks: string, from: number, to: number): void {
    this.#stretch = [from, to];
    const known = this.dataset.peaks === peaks;
    this.dataset.peaks = peaks;
    if (known) this.#sheet?.paint();
    else void this.#load(peaks);
  }

  async #load(url: string): Promise<void> {
    try {
      this.#peaks = await getJson<Peaks>(url);
      this.#sheet?.paint();
    } catch {
      // The silhouette that came with the page stays.
    }
  }

  #draw({ context, width, height }: Surface): void {
    const [thick, gap] = [Number(this.dataset.bar), Number(this.dataset.gap)];
    const [share, pad] = [Number(this.dataset.share ?? 1), Number(this.dataset.pad ?? 0)];
    const bars = Math.max(1, Math.floor((width * share + gap) / (thick + gap)));
    const heights =
      this.#peaks === null ? resize(this.#heights, bars) : shape(stretch(this.#peaks, this.#stretch), bars);
    const rest = this.#sheet?.colour(this.#progress === null ? (share < 1 || pad === 0 ? "ink-2" : "ink") : "wave");
    const played = this.#sheet?.colour("ink") ?? "";
    heights.forEach((value, index) => {
      context.fillStyle = this.#progress !== null && index < this.#progress * bars ? played : (rest ?? played);
      bar(context, index * (thick + gap), thick, Math.round(height / 2), value * (height - 2 * pad));
    });
    if (this.dataset.head === undefined || this.#progress === null) return;
    context.fillStyle = played;
    context.fillRect(Math.min(width - 2, this.#progress * width * share), 0, 2, height);
  }
}

function stretch({ mean, max }: Peaks, [from, to]: [number, number]): Pick<Peaks, "mean" | "max"> {
  const cut = (values: number[]): number[] =>
    values.slice(Math.floor(from * values.length), Math.ceil(to * values.length));
  return { mean: cut(mean), max: cut(max) };
}

customElements.define("mini-wave", MiniWave);
