// The standings: rows as the server tells them, explained, and heard.
import { getJson, Refused, send } from "../common/api";
import { arrange, given, optional, part, say, setIcon } from "../common/parts";
import { toast } from "../common/toast";
import { Audience } from "./audience";
import { axis, lines } from "./axis";
import { type Board, clockIn, counted, emptiness, ordinal, type Row, sentence } from "./board";
import { FinalRound } from "./final";
import { type Heard, Listening } from "./listening";
import * as strip from "./preview-strip";
import { Prizes } from "./prizes";
import { fill, headings, joined } from "./row-view";
import { follow } from "./stream";

const FIRST = 60; // rows that are shown at once; the others on demand
const TOP = 10;
const ADVICE = 30_000; // ms

class PitchStandings extends HTMLElement {
  readonly #rows = new Map<string, HTMLElement>();
  readonly #listening = new Listening(
    (heard) => this.#heard(heard),
    ({ team_name }) => toast({ words: `The preview of ${team_name} does not play just now. Try its page.` }),
  );
  readonly #prizes = new Prizes(this, this.dataset.moves !== undefined);
  readonly #audience = new Audience(this);
  readonly #final = new FinalRound(this);
  #board: Board | null = null;
  #playing: Row | null = null;
  #wanted: { session: string; start: number } | null = null;
  #all = false;
  #advised = 0;
  #when: (iso: string) => string = String;

  connectedCallback(): void {
    this.#when = clockIn(given(this, "zone"));
    this.append(this.#listening.audio);
    part(this, "rows").addEventListener("click", (event) => this.#press(event));
    part(this, "how").addEventListener("click", () => this.#explain());
    part(this, "top").addEventListener("click", () => this.#top());
    part(this, "all").addEventListener("click", () => this.#showAll());
    part(this, "track").addEventListener("change", () => part<HTMLFormElement>(this, "tracks").requestSubmit());
    follow(
      given(this, "stream"),
      given(this, "read"),
      (board) => this.#told(board),
      (gone) => this.classList.toggle("stale", gone),
    );
  }

  #told(board: Board): void {
    this.#board = board;
    say(part(this, "say"), sentence(board, this.#when));
    const none = board.standings.length === 0;
    part(this, "loading").hidden = true;
    part(this, "empty").hidden = !none;
    part(this, "table").hidden = none;
    part(this, "tools").hidden = none && board.tracks.length === 0;
    const [head, words] = emptiness(board);
    say(part(this, "empty-head"), head);
    say(part(this, "empty-words"), words);
    list(part(this, "cautions"), board.warnings);
    if (this.dataset.moves !== undefined) void this.#advise(board);
    const [ranking, other] = headings(board);
    say(part(this, "ranking-head"), ranking);
    say(part(this, "other-head"), other);
    const which = board.method === "mean" ? "the score as given" : "the adjusted score";
    say(part(this, "method"), `In this event ${which} decides the rank.`);
    say(part(this, "ties"), board.ties);
    this.#offer(board.tracks);
    this.#show(board);
    this.#prizes.show(board);
    this.#audience.follow(board);
    this.#final.show(board);
  }

  /** What would settle most takes its time, and is asked for once in a while. */
  async #advise({ stage }: Board): Promise<void> {
    const box = part(this, "advice");
    if (stage !== "open" || performance.now() < this.#advised) {
      box.hidden ||= stage !== "open";
      return;
    }
    this.#advised = performance.now() + ADVICE;
    const { advice } = await getJson<Board>(`${given(this, "read")}&advice=true`);
    list(part(this, "advice-list"), advice);
    box.hidden = advice.length === 0;
  }

  #show(board: Board): void {
    const rows = this.#all ? board.standings : board.standings.slice(0, FIRST);
    const places = axis(Math.max(1, ...rows.map(({ interval }) => interval[1])));
    this.style.setProperty("--lines", lines(places));
    part(this, "axis").replaceChildren(
      ...places.ticks.map((place) => {
        const label = document.createElement("span");
        label.textContent = ordinal(place);
        label.style.left = `${100 * places.at(place)}%`;
        return label;
      }),
    );
    const elements = rows.map((row, at) => {
      const element = this.#element(row);
      fill(element, row, at + 1, joined(rows, at), places, board);
      return element;
    });
    arrange(part(this, "rows"), elements);
    part(this, "more").hidden = rows.length === board.standings.length;
    say(part(this, "all"), `Show all ${counted(board.standings.length, "team")}`);
    const top = Math.min(TOP, board.standings.length);
    part(this, "top").hidden = !board.standings.some(({ preview }) => preview !== null);
    if (!this.#listening.inTurn) say(part(this, "top-words"), top < TOP ? "Listen to all" : "Listen to the top ten");
    part(this, "proof").hidden = board.chain === null;
    say(part(this, "chain"), board.chain ?? "");
    this.#renew(board);
  }

  #element(row: Row): HTMLElement {
    const known = this.#rows.get(row.session_id);
    if (known !== undefined) return known;
    const copy = part<HTMLTemplateElement>(this, "row").content.cloneNode(true) as DocumentFragment;
    const element = copy.firstElementChild as HTMLElement;
    element.dataset.session = row.session_id;
    this.#rows.set(row.session_id, element);
    return element;
  }

  /** Where the preview that plays was moved meanwhile, it goes on from there. */
  #renew({ standings }: Board): void {
    const before = this.#playing;
    if (before === null) return;
    const now = standings.find(({ session_id }) => session_id === before.session_id);
    if (now === undefined) this.#listening.stop();
    else if (now.preview?.start !== before.preview?.start) {
      strip.place(this.#element(now), now);
      void this.#listening.moved(now);
    }
  }

  #heard(heard: Heard | null): void {
    const before = this.#playing;
    if (before !== null && before.session_id !== heard?.row.session_id) strip.close(this.#element(before), before);
    this.#playing = heard?.row ?? null;
    if (heard === null) this.#wanted = null;
    setIcon(part(this, "top"), this.#listening.inTurn ? "stop" : "play");
    if (heard === null) return;
    const element = this.#element(heard.row);
    if (!element.classList.contains("playing")) {
      strip.open(element, heard.row, part<HTMLTemplateElement>(this, "preview-strip"), (by) => void this.#shift(by));
      if (this.#listening.inTurn) element.scrollIntoView({ block: "nearest" });
    }
    strip.follow(element, heard);
  }

  async #shift(by: number): Promise<void> {
    const row = this.#playing;
    if (row?.preview == null) return;
    if (this.#wanted?.session !== row.session_id) this.#wanted = { session: row.session_id, start: row.preview.start };
    const start = Math.max(0, this.#wanted.start + by);
    this.#wanted.start = start; // a second press goes on from there, before the answer to the first
    try {
      await send("PATCH", `/api/v1/sessions/${row.session_id}/preview`, { start });
    } catch (error) {
      const why = error instanceof Refused ? error.message : "Try again.";
      this.#wanted = null;
      toast({ words: `The preview was not moved. ${why}` });
    }
  }

  #press(event: Event): void {
    const button = (event.target as Element).closest('[data-part="listen"]');
    const id = button?.closest<HTMLElement>("[data-session]")?.dataset.session;
    const row = this.#board?.standings.find(({ session_id }) => session_id === id);
    if (button && row !== undefined) void this.#listening.press(row);
  }

  #top(): void {
    if (this.#listening.inTurn) this.#listening.stop();
    else void this.#listening.inOrder(this.#board?.standings.slice(0, TOP) ?? []);
  }

  #explain(): void {
    const words = part(this, "how-words");
    words.hidden = !words.hidden;
    this.classList.toggle("explained", !words.hidden);
    part(this, "how").setAttribute("aria-expanded", String(!words.hidden));
    if (!words.hidden) words.focus({ preventScroll: true });
  }

  #showAll(): void {
    this.#all = true;
    if (this.#board !== null) this.#show(this.#board);
  }

  #offer(tracks: readonly string[]): void {
    const select = part<HTMLSelectElement>(this, "track");
    optional(this, "tracks")?.toggleAttribute("hidden", tracks.length < 2);
    if (select.options.length === tracks.length + 1) return;
    const asked = new URLSearchParams(location.search).get("track") ?? "";
    select.replaceChildren(
      new Option("All tracks", ""),
      ...tracks.map((track) => new Option(track, track, false, track === asked)),
    );
  }
}

function list(root: HTMLElement, sentences: readonly string[]): void {
  root.hidden = sentences.length === 0;
  root.replaceChildren(
    ...sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    }),
  );
}

customElements.define("pitch-standings", PitchStandings);
