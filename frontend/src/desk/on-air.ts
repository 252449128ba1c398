// Who is being recorded now, one strip each.
import { clock } from "../common/format";
import { part, say } from "../common/parts";
import type { Live } from "./news";

export class OnAir {
  readonly #box: HTMLElement;
  readonly #template: HTMLTemplateElement;
  readonly #strips = new Map<string, HTMLElement>();

  constructor(root: HTMLElement) {
    this.#box = part(root, "live");
    this.#template = part<HTMLTemplateElement>(root, "strip");
  }

  set live(live: readonly Live[]) {
    const ids = new Set(live.map(({ id }) => id));
    for (const [id, strip] of this.#strips) {
      if (ids.has(id)) continue;
      strip.remove();
      this.#strips.delete(id);
    }
    for (const one of live) this.#show(one, this.#strip(one.id));
  }

  #strip(id: string): HTMLElement {
    let strip = this.#strips.get(id);
    if (strip === undefined) {
      strip = this.#template.content.firstElementChild?.cloneNode(true) as HTMLElement;
      this.#strips.set(id, strip);
      this.#box.append(strip);
    }
    return strip;
  }

  #show({ team, stored, limit, silent }: Live, strip: HTMLElement): void {
    strip.classList.toggle("silent", silent !== null);
    say(part(strip, "strip-state"), silent === null ? "Recording" : "No sound");
    say(part(strip, "strip-team"), team);
    const words =
      silent === null ? `Stored to ${clock(stored)}` : `Stored to ${clock(stored)}, nothing for ${clock(silent)}`;
    say(part(strip, "strip-stored"), words);
    part(strip, "strip-line").style.transform = `scaleX(${Math.min(1, stored / limit)})`;
    const over = stored > limit;
    say(part(strip, "strip-clock"), over ? `+${clock(stored - limit)}` : clock(stored));
    strip.classList.toggle("over", over);
  }
}
