// The organizer's desk: thousands of pitches to look through, and a queue of them to hear.
import { Refused } from "../common/api";
import { given, part, say } from "../common/parts";
import { hideTrouble, showTrouble } from "../common/trouble";
import { Bulk } from "./bulk";
import { Controls } from "./controls";
import { onDeskKeys } from "./keys";
import { Listening } from "./listening";
import { type Around, load } from "./load";
import { Move } from "./move";
import { showNeeds } from "./needs";
import { follow, type News } from "./news";
import { NotePanel } from "./note-panel";
import { Notes } from "./notes";
import { OnAir } from "./on-air";
import { OnStage } from "./on-stage";
import { FILTERS, type Filter, type Marks, Order } from "./order";
import { Picked } from "./picked";
import { Pitches } from "./pitches";
import { RowView, type Standing } from "./row-view";
import type { Row, Sent } from "./rows";
import { standing } from "./sentence";
import { Table } from "./table";

class PitchDesk extends HTMLElement {
  readonly #pitches = new Pitches();
  readonly #order = new Order();
  #waiting = 0;
  #notes!: Notes;
  #marks!: Marks;
  #table!: Table;
  #controls!: Controls;
  #picked!: Picked;
  #rowView!: RowView;
  #standing!: Standing;
  #listening!: Listening;
  #panel!: NotePanel;
  #bulk!: Bulk;
  #handing!: Move;
  #onAir!: OnAir;
  #onStage!: OnStage;

  connectedCallback(): void {
    this.#notes = new Notes(given(this, "event"));
    const selected = new Set<string>();
    this.#standing = { current: null, sounding: false, share: 0, selected, notes: this.#notes };
    this.#marks = { marked: this.#notes.has, reads: Number(given(this, "reads")) };
    this.#rowView = new RowView(this, this.#standing);
    this.#table = new Table(part(this, "rows"), this.#rowView);
    this.#picked = new Picked(selected, this, this.#table, () => {
      this.#select();
      this.#listening.ready();
    });
    this.#controls = new Controls(this, () => this.#show());
    this.#onAir = new OnAir(this);
    this.#onStage = new OnStage(this, given(this, "event"), given(this, "zone"));
    this.#listening = new Listening(this, this.#notes, {
      queue: () => this.#queue(),
      row: (id) => this.#pitches.get(id),
      changed: () => this.#listened(),
      heard: (share) => this.#heard(share),
    });
    this.#panel = new NotePanel(
      this,
      this.#notes,
      this.#listening,
      (id) => this.#pitches.get(id),
      (said) => this.#noted(said),
    );
    const holder = this.#holder();
    this.#bulk = new Bulk(this, holder, this.dataset.transcribes !== undefined);
    this.#handing = new Move(this, holder, this.#pitches.roster);
    this.#listen();
    void this.#load();
  }

  // What is there

  async #load(): Promise<void> {
    hideTrouble(this);
    part(this, "loading").hidden = false;
    try {
      const position = await load(
        given(this, "rows"),
        (rows) => this.#took(rows),
        (around) => this.#around(around),
      );
      this.#pitches.complete = true;
      this.#arrange();
      void follow(
        given(this, "news"),
        position,
        (news) => this.#told(news),
        (lost) => this.classList.toggle("stale", lost),
      );
    } catch (error) {
      this.#failed(error);
    }
    part(this, "loading").hidden = true;
  }

  #around(around: Around): void {
    this.#pitches.around(around);
    this.#onStage.stage = around.stage;
    this.#controls.tracks = new Set(this.#pitches.roster.tracks.values());
  }

  #took(rows: readonly Sent[]): void {
    this.#pitches.took(rows);
    say(part(this, "loading-words"), `${this.#pitches.size} pitches so far.`);
    if (this.#table.rows.length === 0) this.#arrange();
    else this.#soon();
  }

  #told({ rows, gone, teams, live, stage }: News): void {
    this.#onAir.live = live;
    if (stage !== null) this.#onStage.stage = stage;
    const ours = gone.filter((id) => this.#pitches.lose(id));
    for (const id of ours) this.#left(id);
    if (rows.length + ours.length + teams.length === 0) return;
    this.#pitches.changed(teams);
    if (teams.length > 0) this.#controls.tracks = new Set(this.#pitches.roster.tracks.values());
    this.#took(rows);
  }

  #left(id: string): void {
    this.#picked.ids.delete(id);
    this.#listening.leave(id);
  }

  #failed(error: unknown): void {
    const { code, message } = error instanceof Refused ? error : { code: "unforeseen", message: String(error) };
    const some = this.#pitches.size > 0 ? `${this.#pitches.size} of them are below. ` : "";
    showTrouble(this, "The list could not be read", `${message} ${some}Nothing that was recorded is lost.`, code, [
      { label: "Try again", to: () => void this.#load() },
    ]);
    part(this, "table").hidden = this.#pitches.size === 0;
    say(part(this, "sentence"), "The pitches are not here yet.");
  }

  // What is shown

  #soon(): void {
    if (this.#waiting !== 0) return;
    this.#waiting = requestAnimationFrame(() => this.#arrange());
  }

  #arrange(): void {
    cancelAnimationFrame(this.#waiting);
    this.#waiting = 0;
    const { sessions, complete, roster } = this.#pitches;
    this.#order.rows = [...sessions, ...this.#pitches.missing(sessions)];
    for (const filter of FILTERS) this.#count(filter);
    if (complete) say(part(this, "sentence"), standing(sessions, roster.teams.length, this.#marks.reads));
    showNeeds(this, sessions, this.dataset.transcribes !== undefined, (rows) => void this.#bulk.retry(rows));
    this.#show();
  }

  #count(filter: Filter): void {
    const found = this.querySelector(`[data-count="${filter}"]`);
    if (found !== null) say(found, this.#order.count(filter, this.#marks).toLocaleString("en").replace(/,/g, "\u2009"));
  }

  #show(): void {
    const { view } = this.#controls;
    const rows = this.#order.shown(view, this.#marks);
    this.#table.rows = rows;
    const none = rows.length === 0 && this.#pitches.complete;
    const bare = this.#pitches.size === 0 && view.filter === "all" && view.find === "";
    part(this, "table").setAttribute("aria-rowcount", String(rows.length + 1));
    part(this, "table").hidden = rows.length === 0;
    part(this, "empty").hidden = !(this.#pitches.complete && bare);
    part(this, "nothing").hidden = !none || bare;
    this.#listening.ready();
    this.#select();
  }

  // What is done

  #listen(): void {
    part(this, "table").addEventListener("click", (event) => this.#pressed(event));
    document.addEventListener(
      "keydown",
      onDeskKeys({
        next: () => this.#listening.step(1),
        back: () => this.#listening.step(-1),
        toggle: () => this.#listening.toggle(),
        seek: (seconds) => this.#listening.seek(seconds),
        faster: () => this.#listening.faster(),
        mark: () => this.#panel.mark(),
        note: () => this.#panel.toggle(),
        select: () => this.#toggle(this.#pointed() ?? this.#listening.current ?? this.#queue()[0]?.id ?? null),
        find: () => this.#controls.find(),
        move: (by) => this.#move(by),
      }),
    );
  }

  #pressed(event: MouseEvent): void {
    const target = event.target as Element;
    const sort = target.closest<HTMLButtonElement>("button[data-sort]");
    if (sort !== null) this.#controls.sort(sort);
    else if (target === part(this, "select-all")) this.#picked.all((target as HTMLInputElement).checked);
    else this.#pressedIn(target, event.shiftKey);
  }

  #pressedIn(target: Element, range: boolean): void {
    const id = target.closest<HTMLElement>("[data-id]")?.dataset.id;
    if (id === undefined) return;
    const row = this.#pitches.get(id);
    if (target.closest(".cell-play button") !== null && row !== undefined) this.#listening.play(row);
    else if (target instanceof HTMLInputElement) this.#toggle(id, range);
  }

  #toggle(id: string | null, range = false): void {
    if (id !== null && this.#pitches.get(id) !== undefined) this.#picked.toggle(id, range);
  }

  #select(): void {
    this.#table.refresh();
    if (!this.#bulk.show()) this.#handing.close();
    this.#picked.show();
  }

  #holder() {
    const set = (rows: readonly Row[], hidden: boolean): void => {
      for (const { id } of rows) {
        this.#pitches.hide(id, hidden);
        if (hidden) this.#listening.leave(id);
      }
      this.#arrange();
    };
    return {
      selected: () => [...this.#picked.ids].flatMap((id) => this.#pitches.get(id) ?? []),
      clear: () => this.#picked.clear(),
      hide: (rows: readonly Row[]) => set(rows, true),
      unhide: (rows: readonly Row[]) => set(rows, false),
      put: (rows: readonly Row[]) => {
        this.#pitches.put(rows);
        this.#arrange();
      },
    };
  }

  // What is heard

  /** What was selected, or all that is shown, in its order. */
  #queue(): readonly Row[] {
    const rows = this.#table.rows.filter((row) => row.audible);
    const chosen = this.#picked.among(rows);
    return chosen.length > 0 ? chosen : rows;
  }

  #listened(): void {
    const before = this.#standing.current;
    this.#standing.current = this.#listening.current;
    this.#standing.sounding = this.#listening.sounding;
    if (before !== this.#standing.current) {
      this.#standing.share = 0;
      if (this.#standing.current !== null) this.#table.reveal(this.#standing.current);
      this.#panel.show();
    }
    this.#table.refresh();
  }

  #heard(share: number): void {
    this.#standing.share = share;
    const element = this.#table.element(this.#standing.current ?? "");
    if (element !== undefined) this.#rowView.progress(element, share);
  }

  #noted(said?: string): void {
    this.#table.refresh();
    this.#count("marked");
    if (said !== undefined) this.#say(said);
  }

  /** The row that has the focus. */
  #pointed(): string | null {
    return document.activeElement?.closest<HTMLElement>("[data-id]")?.dataset.id ?? null;
  }

  #move(by: 1 | -1): void {
    const at = this.#table.place(this.#pointed() ?? this.#listening.current ?? "");
    const row = this.#table.rows[at < 0 ? 0 : at + by];
    if (row === undefined) return;
    const element = this.#table.reveal(row.id);
    element
      ?.querySelector<HTMLElement>(".cell-play button:not([hidden]), .cell-title a")
      ?.focus({ preventScroll: true });
  }

  #say(words: string): void {
    say(part(this, "said"), words);
  }
}

customElements.define("pitch-desk", PitchDesk);
