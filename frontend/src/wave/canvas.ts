// A canvas that is as sharp as the screen and as wide as its element.

export interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
}

/** Draws now and whenever the element's size or the colours change. Sizes are CSS pixels. */
export class Sheet {
  readonly #canvas = document.createElement("canvas");
  readonly #host: HTMLElement;
  readonly #draw: (surface: Surface) => void;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #watch = new ResizeObserver(() => this.paint());
  readonly #recolour = (): void => {
    this.#colours.clear();
    this.paint();
  };
  readonly #colours = new Map<string, string>();
  #waiting = 0;

  constructor(host: HTMLElement, draw: (surface: Surface) => void) {
    this.#host = host;
    this.#draw = draw;
    this.#canvas.setAttribute("aria-hidden", "true");
    host.prepend(this.#canvas);
    this.#watch.observe(host);
    this.#dark.addEventListener("change", this.#recolour);
    window.addEventListener("themechange", this.#recolour);
  }

  close(): void {
    this.#watch.disconnect();
    this.#dark.removeEventListener("change", this.#recolour);
    window.removeEventListener("themechange", this.#recolour);
    cancelAnimationFrame(this.#waiting);
    this.#canvas.remove();
  }

  /** Draws with the next frame, once however often it is asked. */
  paint(): void {
    if (this.#waiting !== 0) return;
    this.#waiting = requestAnimationFrame(() => {
      this.#waiting = 0;
      this.#now();
    });
  }

  /** A colour token; forced colours replace all but the marks of position. */
  colour(token: string): string {
    const known = this.#colours.get(token);
    if (known !== undefined) return known;
    const forced = matchMedia("(forced-colors: active)").matches;
    const value = forced ? "CanvasText" : getComputedStyle(this.#host).getPropertyValue(`--${token}`).trim();
    this.#colours.set(token, value);
    return value;
  }

  #now(): void {
    const { clientWidth: width, clientHeight: height } = this.#host;
    const context = this.#canvas.getContext("2d");
    if (context === null || width === 0 || height === 0) return;
    const ratio = devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide) this.#canvas.width = wide;
    if (this.#canvas.height !== high) this.#canvas.height = high;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.#draw({ context, width, height });
  }
}

/** A bar mirrored about the middle. Silence is a 2 px dot, so that a pause can be seen. */
export function bar(context: CanvasRenderingContext2D, x: number, width: number, middle: number, tall: number): void {
  const height = Math.max(2, Math.round(tall));
  context.fillRect(x, middle - height / 2, width, height);
}

/** A bar that is not stored yet. Its line lies inside. */
export function hollow(
  context: CanvasRenderingContext2D,
  x: number,
  width: number,
  middle: number,
  tall: number,
): void {
  const [height, line] = [Math.max(4, Math.round(tall)), 1.25];
  context.lineWidth = line;
  context.strokeRect(x + line / 2, middle - height / 2 + line / 2, width - line, height - line);
}
