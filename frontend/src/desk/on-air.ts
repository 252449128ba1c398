// Who is being recorded now, one strip each: how long, how loud, and how much of it is stored.
import { clock } from "../common/format";
import { part, say } from "../common/parts";
import type { HeardWave } from "../live/heard-wave";
import { type Live, UnderWay } from "../live/under-way";
import { LEVEL_WORDS } from "../recorder/words";

const TICK = 250; // ms

interface Strip {
  element: HTMLElement;
  under: UnderWay;
  live: Live;
}

export class OnAir {
  readonly #box: HTMLElement;
  readonly #template: HTMLTemplateElement;
  readonly #strips = new Map<string, Strip>();

  constructor(root: HTMLElement) {
    this.#box = part(root, "live");
    this.#template = part<HTMLTemplateElement>(root, "strip");
    setInterval(() => this.#tick(), TICK);
  }

  set live(live: readonly Live[]) {
    const ids = new Set(live.map(({ id }) => id));
    for (const [id, { element }] of this.#strips) {
      if (ids.has(id)) continue;
      element.remove();
      this.#strips.delete(id);
    }
    for (const one of live) this.#told(one);
    this.#tick();
  }

  #told(live: Live): void {
    const known = this.#strips.get(live.id);
    if (known === undefined) {
      const element = this.#template.content.firstElementChild?.cloneNode(true) as HTMLElement;
      this.#box.append(element);
      this.#strips.set(live.id, { element, live, under: new UnderWay(live) });
    } else {
      known.live = live;
      known.under.told(live);
    }
    this.#show(this.#strips.get(live.id) as Strip);
  }

  #show({ element, under, live: { team, stored, silent } }: Strip): void {
    element.classList.toggle("silent", silent !== null);
    say(part(element, "strip-state"), silent === null ? "Recording" : "No sound");
    say(part(element, "strip-team"), team);
    const level = under.level;
    const more = silent === null ? (level === "none" ? "" : LEVEL_WORDS[level]) : `Nothing for ${clock(silent)}`;
    say(part(element, "strip-stored"), `Stored to ${clock(stored)}${more === "" ? "" : ". "}`);
    say(part(element, "strip-level"), more);
    part(element, "strip-level").classList.toggle("trouble-word", level !== "good" && level !== "none");
    part<HeardWave>(element, "strip-wave").bars = under.bars;
  }

  #tick(): void {
    for (const { element, under, live } of this.#strips.values()) {
      const { elapsed } = under;
      const over = elapsed > live.limit;
      element.classList.toggle("over", over);
      say(part(element, "strip-clock"), over ? `+${clock(elapsed - live.limit)}` : clock(elapsed));
      part(element, "strip-line").style.transform = `scaleX(${Math.min(1, elapsed / live.limit)})`;
    }
  }
}
