// What a row shows.
import { clock, spoken } from "../common/format";
import { given, part, say, setIcon } from "../common/parts";
import { resize } from "../wave/shape";
import type { Notes } from "./notes";
import { heights, type Row } from "./rows";
import type { Drawing } from "./table";

const WIDE = 126; // px of a pitch as long as the event's limit
const BAR = 3; // px, with its gap
const TALL = 28; // px
const SLOT = 11; // px of a card's slot, with its gap
const SLOTS = 5; // as many are drawn as fit

const STATES: Record<Row["state"], string> = {
  absent: "Not recorded",
  waiting: "Not started",
  recording: "Recording",
  processing: "Being prepared",
  failed: "Could not be read",
  completed: "",
};
const TRANSCRIPTS: Record<Row["transcript"], string> = {
  none: "None",
  pending: "Being written",
  ready: "Ready",
  failed: "Failed",
};

/** What rows need to know of the desk. */
export interface Standing {
  /** The one in the dock, whether it sounds, and which share of it was heard. */
  current: string | null;
  sounding: boolean;
  share: number;
  selected: ReadonlySet<string>;
  notes: Notes;
}

export class RowView implements Drawing {
  readonly #template: HTMLTemplateElement;
  readonly #standing: Standing;
  readonly #limit: number;
  readonly #reads: number;
  readonly #drawn = new WeakMap<HTMLElement, Row>();
  readonly #waves = new WeakMap<HTMLElement, number[]>();
  readonly #hour: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;

  constructor(root: HTMLElement, standing: Standing) {
    this.#template = part<HTMLTemplateElement>(root, "row");
    this.#standing = standing;
    this.#limit = Number(given(root, "limit"));
    this.#reads = Number(given(root, "reads"));
    const timeZone = given(root, "zone");
    this.#hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
    this.#day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone });
    this.#date = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone });
  }

  make(row: Row): HTMLElement {
    const element = this.#template.content.firstElementChild?.cloneNode(true) as HTMLElement;
    element.dataset.id = row.id;
    this.refresh(element, row);
    return element;
  }

  refresh(element: HTMLElement, row: Row): void {
    if (this.#drawn.get(element) !== row) {
      this.#drawn.set(element, row);
      this.#write(element, row);
    }
    const { current, sounding, selected, notes, share } = this.#standing;
    const box = cell<HTMLInputElement>(element, ".cell-select input");
    box.checked = selected.has(row.id);
    const mine = current === row.id;
    element.classList.toggle("playing", mine);
    if (mine) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
    const button = cell<HTMLButtonElement>(element, ".cell-play button");
    setIcon(button, mine && sounding ? "pause" : "play");
    button.setAttribute("aria-label", `${mine && sounding ? "Pause" : "Play"} ${row.team}`);
    this.progress(element, mine ? share : null);
    const note = notes.of(row.id);
    const flags = cell(element, ".flags");
    flags.hidden = !notes.has(row.id);
    say(cell(flags, "span"), note.marks.length > 0 ? String(note.marks.length) : "");
    flags.title = note.text;
  }

  /** The share that was heard; null: it is not the one in the dock. */
  progress(element: HTMLElement, share: number | null): void {
    const bars = this.#waves.get(element) ?? [];
    const heard = share === null ? 0 : Math.round(share * bars.length);
    const key = share === null ? "-" : String(heard);
    if (element.dataset.heard === key) return;
    element.dataset.heard = key;
    cell<SVGPathElement>(element, ".heard").setAttribute("d", path(bars, 0, heard));
    cell<SVGPathElement>(element, ".unheard").setAttribute("d", path(bars, heard, bars.length));
  }

  #write(element: HTMLElement, row: Row): void {
    const box = cell<HTMLInputElement>(element, ".cell-select input");
    box.setAttribute("aria-label", `Select ${row.team}`);
    box.hidden = row.state === "absent";
    cell(element, ".cell-play button").hidden = !row.audible;
    const name = cell(element, ".cell-team bdi");
    say(name, row.team);
    name.title = row.team;
    const link = cell<HTMLAnchorElement>(element, ".cell-title a");
    say(link, row.title);
    link.title = row.title;
    link.hidden = row.state === "absent";
    if (row.state !== "absent") link.href = `/pitches/${row.id}`;
    const length = cell(element, ".cell-length");
    say(length, row.duration === null ? "" : clock(row.duration));
    if (row.duration !== null) length.setAttribute("aria-label", spoken(row.duration));
    this.#state(element, row);
    this.#cards(element, row);
    const time = cell(element, ".cell-time");
    say(time, row.created === 0 ? "" : this.#when(row.created));
    time.title = row.created === 0 ? "" : this.#date.format(row.created);
    const share = row.duration === null ? 0 : Math.min(1, row.duration / this.#limit);
    const bars = Math.max(row.wave === "" ? 0 : 1, Math.round((share * WIDE) / BAR));
    this.#waves.set(element, row.wave === "" ? [] : resize(heights(row.wave), bars));
    delete element.dataset.heard;
  }

  #state(element: HTMLElement, row: Row): void {
    const trouble = row.state === "failed" || (row.state === "completed" && row.transcript === "failed");
    const state = cell(element, ".cell-transcript");
    state.classList.toggle("trouble-word", trouble);
    state.classList.toggle("red-word", row.state === "recording");
    cell(state, "svg").toggleAttribute("hidden", !trouble);
    say(cell(state, "span"), row.state === "completed" ? TRANSCRIPTS[row.transcript] : STATES[row.state]);
  }

  /** A slot for each judge who is to hear it, filled by their cards; where they are many, only figures. */
  #cards(element: HTMLElement, { state, cards }: Row): void {
    const box = cell(element, ".cell-cards");
    const shown = state === "completed";
    const drawn = shown && this.#reads <= SLOTS ? this.#reads : 0;
    const filled = Math.min(cards, drawn);
    cell<SVGPathElement>(box, ".slot-filled").setAttribute("d", slots(0, filled, 0));
    cell<SVGPathElement>(box, ".slot-empty").setAttribute("d", slots(filled, drawn, 0.5));
    cell(box, "svg").setAttribute("width", String(drawn * SLOT));
    say(cell(box, "span"), shown ? `${cards}/${this.#reads}` : "");
    if (shown) box.setAttribute("aria-label", `${cards} of ${this.#reads} cards`);
    else box.removeAttribute("aria-label");
  }

  #when(at: number): string {
    const today = this.#day.format(at) === this.#day.format(Date.now());
    return today ? this.#hour.format(at) : this.#day.format(at);
  }
}

function path(bars: readonly number[], from: number, to: number): string {
  let d = "";
  for (let bar = from; bar < to; bar++) {
    const tall = Math.max(2, Math.round((bars[bar] ?? 0) * TALL));
    d += `M${bar * BAR + 1} ${(TALL - tall) / 2}v${tall}`;
  }
  return d;
}

/** Slots for cards, 9 by 12 px; the line of an empty one lies inside. */
function slots(from: number, to: number, inset: number): string {
  let d = "";
  for (let slot = from; slot < to; slot++) {
    d += `M${slot * SLOT + inset} ${inset}h${9 - 2 * inset}v${12 - 2 * inset}h${2 * inset - 9}z`;
  }
  return d;
}

function cell<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (found === null) throw new Error(`A row has no ${selector}.`);
  return found;
}
