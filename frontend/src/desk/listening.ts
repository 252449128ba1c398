// The dock: a queue of pitches, walked by keys, one sound at a time.
import { clock } from "../common/format";
import { part, say, setIcon } from "../common/parts";
import { toast } from "../common/toast";
import { neighbour, rememberedSpeed, rememberSpeed, type Speed } from "../player/speeds";
import type { PitchWave } from "../wave/pitch-wave";
import type { Notes } from "./notes";
import type { Row } from "./rows";
import { type Slot, Slots } from "./slots";

export interface Host {
  /** What is walked through: what was selected, or all that is shown. */
  queue(): readonly Row[];
  row(id: string): Row | undefined;
  /** Another pitch is heard, or it began or ceased to sound. */
  changed(): void;
  /** It went on. */
  heard(share: number): void;
}

export class Listening {
  readonly #dock: HTMLElement;
  readonly #wave: PitchWave;
  readonly #slots: Slots;
  readonly #host: Host;
  readonly #notes: Notes;
  #slot: Slot | null = null;
  #row: Row | null = null;
  #speed: Speed = rememberedSpeed();
  #failed = "";

  constructor(root: HTMLElement, notes: Notes, host: Host) {
    this.#dock = part(root, "dock");
    this.#wave = part<PitchWave>(root, "dock-wave");
    this.#host = host;
    this.#notes = notes;
    this.#slots = new Slots(this.#dock, (slot) => this.#listen(slot));
    const press = (name: string, run: () => void): void => part(root, name).addEventListener("click", run);
    press("play", () => this.toggle());
    press("previous", () => this.step(-1));
    press("next", () => this.step(1));
    press("speed", () => this.faster());
    this.#wave.addEventListener("seek", (event) => {
      if (this.#slot !== null) this.#slot.audio.currentTime = (event as CustomEvent<number>).detail;
      this.#show();
    });
    this.#tellSpeed();
  }

  get current(): string | null {
    return this.#row?.id ?? null;
  }

  get sounding(): boolean {
    return this.#slot !== null && !this.#slot.audio.paused;
  }

  get second(): number {
    return this.#slot?.audio.currentTime ?? 0;
  }

  /** Holds ready what would be heard first. */
  ready(): void {
    const [first] = this.#host.queue();
    this.#dock.hidden = first === undefined && this.#row === null;
    if (this.#row !== null) this.#place();
    else if (first !== undefined) {
      this.#slots.of(first.id, [first.id]);
      this.#say(first, "Space or J begins to play");
    }
  }

  toggle(): void {
    const row = this.#row;
    if (row === null) this.step(1);
    else if (this.#slot === null) {
      this.#row = null; // it failed before: from the beginning
      this.play(row);
    } else if (this.sounding) this.#slot.audio.pause();
    else void this.#sound();
  }

  step(by: 1 | -1): void {
    const queue = this.#host.queue();
    const place = queue.findIndex((row) => row.id === this.#row?.id);
    const next = place < 0 ? queue[0] : queue[place + by];
    if (next !== undefined) this.play(next);
    else if (queue.length > 0) toast({ words: by > 0 ? "That was the last one." : "That is the first one." });
  }

  play(row: Row): void {
    if (row.id === this.#row?.id) {
      this.toggle();
      return;
    }
    if (this.#slot !== null) {
      this.#slot.audio.pause();
      this.#slot.audio.currentTime = 0; // whoever comes back hears it from the start
    }
    this.#row = row;
    this.#slot = this.#slots.of(row.id, [row.id, ...this.#around(row)]);
    void this.#sound();
    this.#open(row, this.#slot);
    this.#host.changed();
  }

  faster(): void {
    this.#speed = neighbour(this.#speed, 1, true);
    rememberSpeed(this.#speed);
    if (this.#slot !== null) this.#slot.audio.playbackRate = this.#speed;
    this.#tellSpeed();
  }

  seek(by: number): void {
    if (this.#slot === null) return;
    this.#slot.audio.currentTime = Math.max(0, this.#slot.audio.currentTime + by);
    this.#show();
  }

  /** It was deleted, or cannot be heard any more. */
  leave(id: string): void {
    if (this.#row?.id === id) {
      this.#row = this.#slot = null;
      this.#wave.clear();
    }
    this.#slots.forget(id);
    this.ready();
  }

  async #sound(): Promise<void> {
    const slot = this.#slot;
    if (slot === null) return;
    slot.audio.playbackRate = slot.audio.defaultPlaybackRate = this.#speed;
    try {
      if (!slot.open) await slot.ready;
      if (slot === this.#slot) await slot.audio.play();
    } catch (error) {
      // A pause or a skip came between; everything else is a failure.
      if (!(error instanceof DOMException)) this.#fail(slot);
    }
  }

  #open(row: Row, slot: Slot): void {
    this.#wave.clear();
    this.#wave.duration = row.duration ?? 0;
    this.#wave.position = 0;
    void slot.peaks.then((peaks) => {
      if (peaks !== null && slot === this.#slot) this.#wave.peaks = peaks;
    });
    this.#place();
  }

  #place(): void {
    const row = this.#row;
    if (row === null) return;
    const queue = this.#host.queue();
    const place = queue.findIndex((known) => known.id === row.id);
    const then = queue[place + 1];
    const where = place < 0 ? "Not among those shown" : `${place + 1} of ${queue.length}`;
    this.#say(row, then === undefined ? `${where}.` : `${where}. Then ${then.team}`);
  }

  #say(row: Row, words: string): void {
    say(part(this.#dock, "dock-team"), row.team);
    const link = part<HTMLAnchorElement>(this.#dock, "dock-link");
    link.href = `/pitches/${row.id}`;
    link.title = `${row.team}: ${row.title}`;
    say(part(this.#dock, "dock-place"), words);
  }

  /** The ids of those before and after, nearest first. */
  #around(row: Row): string[] {
    const queue = this.#host.queue();
    const place = queue.findIndex((known) => known.id === row.id);
    return [place + 1, place + 2, place - 1].flatMap((at) => queue[at]?.id ?? []);
  }

  #listen(slot: Slot): void {
    const { audio } = slot;
    const mine = (run: () => void) => () => {
      if (slot === this.#slot) run();
    };
    audio.addEventListener(
      "timeupdate",
      mine(() => this.#show()),
    );
    audio.addEventListener(
      "loadedmetadata",
      mine(() => this.#show()),
    );
    audio.addEventListener(
      "play",
      mine(() => this.#mark()),
    );
    audio.addEventListener(
      "pause",
      mine(() => this.#mark()),
    );
    audio.addEventListener(
      "ended",
      mine(() => this.#onward()),
    );
    audio.addEventListener(
      "error",
      mine(() => this.#mend(slot)),
    );
    // Only when this one sounds: what it needs of the network comes first.
    audio.addEventListener(
      "playing",
      mine(() => this.#hold()),
    );
  }

  #hold(): void {
    const row = this.#row;
    if (row === null) return;
    const around = this.#around(row);
    for (const id of around) this.#slots.of(id, [row.id, ...around]);
  }

  #onward(): void {
    const queue = this.#host.queue();
    if (queue.at(-1)?.id !== this.#row?.id) this.step(1);
  }

  #mark(): void {
    const play = part(this.#dock, "play");
    setIcon(play, this.sounding ? "pause" : "play");
    play.setAttribute("aria-label", this.sounding ? "Pause" : "Play");
    this.#host.changed();
  }

  #show(): void {
    const audio = this.#slot?.audio;
    if (audio === undefined) return;
    const duration = Number.isFinite(audio.duration) ? audio.duration : (this.#row?.duration ?? 0);
    this.#wave.duration = duration;
    this.#wave.position = audio.currentTime;
    this.#host.heard(duration > 0 ? audio.currentTime / duration : 0);
  }

  /** Addresses last an hour: another is asked for once. */
  #mend(slot: Slot): void {
    if (!slot.audio.hasAttribute("src")) return;
    if (this.#failed === slot.id) this.#fail(slot);
    else {
      this.#failed = slot.id;
      this.#slots.fill(slot);
      void this.#sound();
    }
  }

  #fail(slot: Slot): void {
    const row = this.#host.row(slot.id);
    this.#slots.forget(slot.id);
    const name = row?.team ?? "This pitch";
    toast({ words: `${name} does not play just now. The recording is safe; J goes on to the next.` });
    if (slot === this.#slot) this.#slot = null; // its place in the queue stays
    this.#host.changed();
  }

  #tellSpeed(): void {
    say(part(this.#dock, "speed-words"), `${this.#speed}×`);
  }

  /** The marks of the pitch in the dock, in words. */
  marks(): string {
    const { marks } = this.#notes.of(this.current ?? "");
    return marks.length > 0 ? `Marked at ${marks.map(clock).join(", ")}` : "";
  }
}
