// What was said, beside the player: the word being spoken is lit, and every word plays from there.
import { getPage, send } from "../common/api";
import { given, part, say } from "../common/parts";
import { toast } from "../common/toast";
import { Caret } from "./caret";
import { Correction } from "./correction";
import { Finder } from "./finder";
import { Follow } from "./follow";
import { takeOver, takeOverWords } from "./news";
import { line, Note, press } from "./note";
import { Text } from "./text";
import { Timeline } from "./timeline";
import { watch } from "./watch";

const WAITING = new Set(["coming", "live", "pending"]);

export class PitchTranscript extends HTMLElement {
  #text = new Text(this);
  #timeline!: Timeline;
  #caret!: Caret;
  #note!: Note;
  #correction!: Correction;
  #finder!: Finder;
  #follow!: Follow;
  #lit = -1;
  #second = 0;
  #watching = false;
  readonly #leaving = new AbortController();

  connectedCallback(): void {
    const said = part(this, "said");
    this.#note = new Note(part(this, "note"));
    this.#correction = new Correction(this.#note, () => this.dataset.correct, {
      begun: () => this.#hold(true),
      kept: (word) => this.#kept(word),
      left: (word) => this.#left(word),
    });
    this.#caret = new Caret(said, () => this.#text, {
      reached: (word) => this.#reached(word),
      play: (word) => this.#play(word),
      correct: (word) => this.#correct(word),
    });
    this.#follow = new Follow(
      part(this, "back-to"),
      part<HTMLButtonElement>(this, "back-to-button"),
      () => this.#playing,
      this.#leaving.signal,
    );
    this.#finder = new Finder(this, () => this.#text, {
      here: () => Math.max(0, this.#timeline.begun(this.#second)),
      show: (word) => this.#showHit(word),
      leave: (word) => word >= 0 && this.#caret.focus(word),
    });
    this.#listen(said);
    this.#read();
    void this.#watch();
  }

  disconnectedCallback(): void {
    this.#leaving.abort();
  }

  /** Where the player is, in seconds: told with every frame while it plays. */
  set position(second: number) {
    this.#second = second;
    const word = this.#timeline.heard(second);
    if (word !== this.#lit) this.#light(word);
    this.#follow.second(second);
  }

  /** Played or gone to by the reader: the page goes along again. */
  goAlong(): void {
    this.#follow.along();
  }

  find(): void {
    if (!part(this, "finder").hidden) this.#finder.open();
  }

  get #playing(): boolean {
    const audio = document.querySelector<HTMLAudioElement>("#audio");
    return audio !== null && !audio.paused;
  }

  #read(): void {
    this.#text.words[this.#lit]?.removeAttribute("aria-current");
    this.#text = new Text(part(this, "said"));
    this.#timeline = new Timeline(this.#text.starts, this.#text.ends);
    this.#lit = -1;
    this.#light(this.#timeline.heard(this.#second));
    this.#finder.renew();
  }

  #light(word: number): void {
    this.#text.words[this.#lit]?.removeAttribute("aria-current");
    const now = this.#text.words[word] ?? null;
    now?.setAttribute("aria-current", "true");
    this.#lit = word;
    if (word >= 0 || this.#text.words.length > 0) this.#caret.follow(Math.max(0, this.#timeline.begun(this.#second)));
    if (now !== null) this.#follow.word(now);
  }

  #listen(said: HTMLElement): void {
    said.addEventListener("click", (event) => this.#click(event));
    said.addEventListener("pointerover", (event) => {
      const word = this.#text.words[this.#text.number(event.target)];
      if (event.pointerType !== "touch" && word?.className) this.#note.showLater(word, () => this.#about(word));
    });
    said.addEventListener("pointerout", () => this.#note.hideLater());
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Escape" && !this.#correction.open) this.#note.hide();
      },
      { signal: this.#leaving.signal },
    );
    document.addEventListener(
      "pointerdown",
      (event) => {
        const inside = event.target instanceof Element && event.target.closest("[data-part=note], .said p");
        if (!inside && !this.#correction.open) this.#note.hide();
      },
      { signal: this.#leaving.signal },
    );
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("[data-ask]");
      if (button !== null) void this.#ask(button);
    });
  }

  #click(event: MouseEvent): void {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const time = (event.target as Element).closest<HTMLAnchorElement>("a.at");
    const word = time === null ? this.#text.number(event.target) : this.#firstOf(time);
    if (word < 0 || getSelection()?.isCollapsed === false) return; // who marks words does not mean to play them
    event.preventDefault();
    this.#caret.put(word);
    this.#play(word);
    const clicked = this.#text.words[word];
    if (time === null && clicked !== undefined && !this.#correction.open) {
      this.#note.show(clicked, this.#about(clicked), true);
    }
  }

  #firstOf(time: HTMLElement): number {
    return this.#text.number(time.closest(".utterance")?.querySelector("p > span") ?? null);
  }

  #play(word: number): void {
    const detail = this.#text.starts[word];
    if (detail !== undefined) this.dispatchEvent(new CustomEvent("listen", { detail, bubbles: true }));
  }

  #reached(word: number): void {
    const reached = this.#text.words[word];
    if (this.#correction.open) return;
    if (reached === undefined) this.#note.hideLater();
    else if (reached.matches(":focus-visible")) this.#note.show(reached, this.#about(reached), true);
  }

  /** What there is to say about a word; nothing of most. */
  *#about(word: HTMLElement): Generator<Node> {
    const { sure, machine } = word.dataset;
    if (sure !== undefined) yield line(`${sure}\u2009% sure`);
    if (machine !== undefined) yield line(`The machine heard “${machine}”`);
    if (!this.#correction.may(word)) return;
    const row = document.createElement("div");
    row.className = "button-row";
    row.append(press("Correct…", () => this.#correction.begin(word)));
    if (machine !== undefined) row.append(press(`Take “${machine}”`, () => void this.#correction.takeBack(word)));
    yield row;
  }

  #correct(word: number): void {
    const wrong = this.#text.words[word];
    if (wrong !== undefined) this.#correction.begin(wrong);
  }

  #hold(held: boolean): void {
    this.#follow.held = held;
  }

  #left(word: HTMLElement): void {
    this.#hold(false);
    this.#caret.focus(this.#text.number(word));
  }

  async #kept(word: HTMLElement): Promise<void> {
    const number = this.#text.number(word);
    this.#hold(false);
    await this.#refresh();
    if (number >= 0) this.#caret.focus(number);
  }

  #showHit(word: HTMLElement): void {
    this.#follow.leave();
    word.scrollIntoView({ block: "center" });
  }

  async #ask(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      await send("POST", given(button, "ask"));
      await this.#refresh();
      void this.#watch();
    } catch (error) {
      button.disabled = false;
      toast({ words: (error as Error).message });
    }
  }

  get #standing(): string {
    return this.querySelector<HTMLElement>("[data-piece=standing]")?.dataset.state ?? "";
  }

  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    const awaits = (): boolean => WAITING.has(this.#standing);
    await watch(given(this, "details"), awaits, () => this.#refresh().catch(() => {}), this.#leaving.signal);
    this.#watching = false;
  }

  /** What the server has now, in place of what differs. */
  async #refresh(): Promise<void> {
    const fresh = await getPage(location.pathname + location.search);
    const words = fresh.querySelector<HTMLElement>("pitch-transcript");
    if (words === null || this.#correction.open) return;
    const before = this.#standing;
    if (words.dataset.correct === undefined) delete this.dataset.correct;
    else this.dataset.correct = words.dataset.correct;
    this.#note.hide();
    takeOver(fresh);
    takeOverWords(part(this, "said"), part(words, "said"));
    this.#read();
    if (before !== this.#standing && this.#standing === "ready")
      say(part(this, "transcript-news"), "The transcript is here.");
  }
}

customElements.define("pitch-transcript", PitchTranscript);
