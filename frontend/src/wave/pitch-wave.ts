// The large wave: a slider to fingers, keys and assistive technology. It knows nothing of audio; the player does.
import { clock, spoken } from "../common/format";
import { bar, Sheet, type Surface } from "./canvas";
import { rule } from "./ruler";
import { type Peaks, shape } from "./shape";

const KEYS: Record<string, number> = {
  ArrowLeft: -5,
  ArrowDown: -5,
  ArrowRight: 5,
  ArrowUp: 5,
  PageDown: -30,
  PageUp: 30,
};
const THICK = 3; // px
const GAP = 2; // px
const RULER = 24; // px
const FLAG = 24; // px

export class PitchWave extends HTMLElement {
  readonly #slider = document.createElement("div");
  readonly #flag = document.createElement("div");
  readonly #ruler = document.createElement("div");
  #sheet: Sheet | null = null;
  #peaks: Peaks | null = null;
  #heights: number[] = [];
  #duration = 0;
  #position = 0;
  #wide = 0; // px, of the flag

  connectedCallback(): void {
    if (document.getElementById("wave") === null) this.#slider.id = "wave"; // two on one page would share it
    this.#slider.setAttribute("role", "slider");
    this.#slider.setAttribute("aria-label", this.dataset.label ?? "Position");
    this.#slider.setAttribute("aria-valuemin", "0");
    this.#flag.className = "flag";
    this.#flag.setAttribute("aria-hidden", "true");
    this.#flag.hidden = true;
    this.#ruler.className = "ruler";
    this.#ruler.setAttribute("aria-hidden", "true");
    this.append(this.#ruler, this.#slider, this.#flag);
    this.#sheet = new Sheet(this, (surface) => this.#draw(surface));
    this.#slider.addEventListener("keydown", (event) => this.#key(event));
    this.#slider.addEventListener("pointerdown", (event) => this.#grab(event));
    this.#slider.addEventListener("pointermove", (event) => {
      if (this.#slider.hasPointerCapture(event.pointerId)) this.#seekTo(event.clientX);
    });
    this.#tell();
  }

  disconnectedCallback(): void {
    this.#sheet?.close();
  }

  set peaks(peaks: Peaks) {
    this.#peaks = peaks;
    this.#heights = [];
    this.#sheet?.paint();
  }

  /** Another pitch, whose wave is not there yet. */
  clear(): void {
    this.#peaks = null;
    this.#heights = [];
    this.#sheet?.paint();
  }

  set duration(seconds: number) {
    this.#duration = seconds;
    this.#tell();
    this.#sheet?.paint();
  }

  set position(seconds: number) {
    this.#position = seconds;
    this.#tell();
    this.#sheet?.paint();
  }

  #key(event: KeyboardEvent): void {
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = KEYS[event.key];
    if (by !== undefined) this.#seek(this.#position + by);
    else if (event.key === "Home") this.#seek(0);
    else if (event.key === "End") this.#seek(this.#duration);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the page has the same keys
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#slider.setPointerCapture(event.pointerId);
    this.#seekTo(event.clientX);
  }

  #seekTo(x: number): void {
    const box = this.getBoundingClientRect();
    this.#seek(((x - box.left) / box.width) * this.#duration);
  }

  #seek(seconds: number): void {
    if (this.#duration <= 0) return;
    const detail = Math.min(this.#duration, Math.max(0, seconds));
    this.dispatchEvent(new CustomEvent("seek", { detail }));
  }

  #tell(): void {
    const known = this.#duration > 0;
    this.#slider.tabIndex = known ? 0 : -1;
    this.#slider.setAttribute("aria-disabled", String(!known));
    this.#slider.setAttribute("aria-valuemax", String(Math.round(this.#duration)));
    const second = String(Math.floor(this.#position));
    if (this.#slider.getAttribute("aria-valuenow") !== second || !this.#slider.hasAttribute("aria-valuetext")) {
      this.#slider.setAttribute("aria-valuenow", second);
    }
    const words = known ? `${spoken(this.#position)} of ${spoken(this.#duration)}` : "Not known yet";
    if (this.#slider.getAttribute("aria-valuetext") !== words) this.#slider.setAttribute("aria-valuetext", words);
  }

  #draw({ context, width, height }: Surface): void {
    const sheet = this.#sheet;
    if (sheet === null) return;
    const plain = this.dataset.plain !== undefined; // a dock has no room for a ruler, and the flag stands before it
    const bottom = height - (plain ? 0 : RULER);
    const middle = Math.round(((plain ? 0 : FLAG) + bottom) / 2);
    const bars = Math.ceil(width / (THICK + GAP));
    const at = this.#duration > 0 ? (this.#position / this.#duration) * width : 0;
    if (this.#peaks === null) this.#dots(context, sheet, width, middle);
    else {
      if (this.#heights.length !== bars) this.#heights = shape(this.#peaks, bars);
      const tall = 2 * (bottom - middle) - 8;
      const [played, rest] = [sheet.colour("ink"), sheet.colour("wave")];
      this.#heights.forEach((value, index) => {
        const x = index * (THICK + GAP);
        context.fillStyle = x < at ? played : rest;
        bar(context, x, THICK, middle, value * tall);
      });
    }
    if (this.#duration > 0) this.#head(context, sheet, at, width, height);
  }

  /** Until there are peaks: a dotted line of the whole length. */
  #dots(context: CanvasRenderingContext2D, sheet: Sheet, width: number, middle: number): void {
    context.fillStyle = sheet.colour("wave");
    for (let x = 0; x < width; x += THICK + GAP) context.fillRect(x, middle - 1, 2, 2);
  }

  #head(context: CanvasRenderingContext2D, sheet: Sheet, at: number, width: number, height: number): void {
    context.fillStyle = sheet.colour("ink");
    const x = Math.min(width - 2, Math.max(0, Math.round(at) - 1));
    context.fillRect(x, 0, 2, height);
    const words = clock(this.#position);
    if (this.#flag.textContent !== words) {
      this.#flag.hidden = false;
      this.#flag.textContent = words;
      this.#wide = this.#flag.offsetWidth; // asked for once a second: it lays out the page
    }
    // At the end of the wave the flag hangs to the other side of its pole.
    const wide = this.#wide;
    this.#flag.style.transform = `translateX(${x + wide > width ? x + 2 - wide : x}px)`;
    const key = `${this.#duration}/${width}`;
    if (this.dataset.plain === undefined && this.#ruler.dataset.for !== key) {
      this.#ruler.dataset.for = key;
      rule(this.#ruler, this.#duration, width);
    }
  }
}

customElements.define("pitch-wave", PitchWave);
