// The ceremony: R begins at the third rank, a digit at another one, P at the first prize; each further key shows the
// next, Escape ends it.
import { getJson } from "../common/api";
import { part, say } from "../common/parts";
import type { Board } from "../standings/board";
import { local } from "../standings/listening";
import type { MiniWave } from "../wave/mini-wave";
import { mayShow, prizes, ranks, type Step } from "./steps";

const THIRD = 3;
const SHORT = 6; // letters of a head that are set as large as a rank
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
    const key = event.key.toLowerCase();
    const from = key === "r" ? THIRD : Number(key);
    if (!running && key === "p") void this.#begin(prizes);
    else if (!running && from >= 1) void this.#begin(({ standings }) => ranks(standings, from));
    else if (running && ONWARD.includes(event.key)) this.#go(1);
    else if (running && BACK.includes(event.key)) this.#go(-1);
    else if (running && event.key === "Escape") this.#end();
    else return;
    event.preventDefault();
  }

  async #begin(steps: (board: Board) => Step[]): Promise<void> {
    const board = await getJson<Board>(this.path);
    this.#steps = mayShow(board) ? steps(board) : [];
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

  #show({ head, note, names, more, score, heard }: Step): void {
    const box = part(this.screen, "reveal");
    say(part(box, "reveal-head"), head);
    say(part(box, "reveal-note"), note);
    box.classList.toggle("wordy", head.length > SHORT);
    part(box, "reveal-names").replaceChildren(...names.map(name), ...others(more));
    say(part(box, "reveal-score"), score);
    const wave = part<MiniWave>(box, "reveal-wave");
    const preview = heard?.preview ?? null;
    wave.hidden = preview === null || !heard?.audio_duration;
    box.hidden = false;
    for (const running of box.getAnimations()) running.cancel();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) box.animate({ opacity: [0, 1] }, 400);
    if (preview === null || !heard?.audio_duration) return;
    wave.show(local(heard.page_url).peaks, preview.start / heard.audio_duration, preview.end / heard.audio_duration);
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
