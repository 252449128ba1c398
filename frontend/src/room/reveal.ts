// The ceremony: R begins at the third rank, a digit at another one; each further key shows the next, Escape ends it.
import { getJson } from "../common/api";
import { part, say } from "../common/parts";
import { type Board, ordinal } from "../standings/board";
import { local } from "../standings/listening";
import type { MiniWave } from "../wave/mini-wave";
import { type Step, steps } from "./steps";

const THIRD = 3;
const ONWARD = ["Enter", " ", "ArrowRight", "PageDown"]; // PageDown and PageUp: presenters' remotes
const BACK = ["ArrowLeft", "PageUp"];

export class Reveal {
  #steps: Step[] = [];
  #at = -1;

  constructor(
    private readonly screen: HTMLElement,
    private readonly path: string,
  ) {
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const running = this.#steps.length > 0;
    const from = event.key.toLowerCase() === "r" ? THIRD : Number(event.key);
    if (!running && from >= 1) void this.#begin(from);
    else if (running && ONWARD.includes(event.key)) this.#go(1);
    else if (running && BACK.includes(event.key)) this.#go(-1);
    else if (running && event.key === "Escape") this.#end();
    else return;
    event.preventDefault();
  }

  /**
   * Whoever is no organizer is told of no standings before they are published: then nothing happens. Nor does it while
   * judges score: a key that somebody leans on must not show in the hall how it stands.
   */
  async #begin(from: number): Promise<void> {
    const { standings, stage } = await getJson<Board>(this.path);
    this.#steps = stage === "open" || stage === "draft" ? [] : steps(standings, from);
    this.#at = -1;
    if (this.#steps.length > 0) this.#go(1);
  }

  #go(by: number): void {
    this.#at = Math.min(this.#steps.length - 1, Math.max(0, this.#at + by));
    const step = this.#steps[this.#at];
    if (step !== undefined) this.#show(step);
  }

  #end(): void {
    this.#steps = [];
    part(this.screen, "reveal").hidden = true;
  }

  #show({ rank, rows, more }: Step): void {
    const box = part(this.screen, "reveal");
    say(part(box, "reveal-rank"), ordinal(rank));
    say(part(box, "reveal-tied"), rows.length > 1 ? "tied" : "");
    part(box, "reveal-names").replaceChildren(...rows.map(({ team_name }) => name(team_name)), ...others(more));
    const [best] = rows;
    say(part(box, "reveal-score"), rows.length === 1 && best ? best.score.toFixed(1) : "");
    const wave = part<MiniWave>(box, "reveal-wave");
    const heard = rows.length === 1 && best?.preview != null && best.audio_duration ? best : null;
    wave.hidden = heard === null;
    box.hidden = false;
    for (const running of box.getAnimations()) running.cancel();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) box.animate({ opacity: [0, 1] }, 400);
    if (heard?.preview == null || heard.audio_duration === null) return;
    const { start, end } = heard.preview;
    wave.show(local(heard.page_url).peaks, start / heard.audio_duration, end / heard.audio_duration);
  }
}

function name(team: string): HTMLElement {
  const item = document.createElement("li");
  item.append(document.createElement("bdi"));
  item.firstElementChild?.append(team);
  return item;
}

function others(more: number): HTMLElement[] {
  return more > 0 ? [name(more === 1 ? "and one more" : `and ${more} more`)] : [];
}
