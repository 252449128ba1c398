// Previews: twenty seconds of a pitch, played in its row, one at a time or one after the other.
import { type Details, getJson } from "../common/api";
import { oneSound } from "../player/one-sound";
import type { Row } from "./board";

export interface Heard {
  row: Row;
  playing: boolean;
  /** Seconds into the preview. */
  at: number;
}

/** The page of a pitch as this browser reaches it: a phone may know the server under another name. */
export function local(pageUrl: string): { page: string; details: string; peaks: string } {
  const { pathname, search } = new URL(pageUrl, "http://localhost");
  return { page: pathname + search, details: `${pathname}/details${search}`, peaks: `${pathname}/peaks${search}` };
}

export class Listening {
  readonly audio = new Audio();
  #row: Row | null = null;
  #waiting: Row[] = [];
  #opened = "";

  constructor(
    private readonly told: (heard: Heard | null) => void,
    private readonly failed: (row: Row) => void,
  ) {
    oneSound(this.audio);
    this.audio.preload = "auto";
    this.audio.addEventListener("timeupdate", () => this.#watch());
    this.audio.addEventListener("ended", () => this.#next());
    for (const event of ["play", "pause"]) this.audio.addEventListener(event, () => this.#tell());
    this.audio.addEventListener("error", () => this.#opened !== "" && this.#fail());
  }

  get row(): Row | null {
    return this.#row;
  }

  /** Whether rows are played one after the other. */
  get inTurn(): boolean {
    return this.#waiting.length > 0;
  }

  /** Plays a row, or pauses it where it plays. */
  async press(row: Row): Promise<void> {
    this.#waiting = [];
    if (row.session_id !== this.#row?.session_id) return this.#open(row);
    if (this.audio.paused) await this.#play();
    else this.audio.pause();
  }

  async inOrder(rows: readonly Row[]): Promise<void> {
    const [first, ...rest] = rows.filter(({ preview }) => preview !== null);
    this.#waiting = rest;
    if (first !== undefined) await this.#open(first);
  }

  /** The same row with a preview that begins elsewhere: it is played from there. */
  async moved(row: Row): Promise<void> {
    this.#row = row;
    this.#seek();
    await this.#play();
  }

  stop(): void {
    this.#waiting = [];
    this.audio.pause();
    this.#row = null;
    this.told(null);
  }

  async #open(row: Row): Promise<void> {
    this.audio.pause();
    this.#row = row;
    this.#tell();
    try {
      const { playback_url } = await getJson<Details>(local(row.page_url).details);
      if (this.#row !== row) return; // another one was pressed meanwhile
      if (playback_url === null) throw new Error("Nothing to play.");
      if (this.#opened !== row.session_id) this.audio.src = playback_url;
      this.#opened = row.session_id;
      this.#seek();
      await this.#play();
    } catch {
      if (this.#row === row) this.#fail();
    }
  }

  #seek(): void {
    const start = this.#row?.preview?.start ?? 0;
    if (this.audio.readyState > 0) this.audio.currentTime = start;
    else this.audio.addEventListener("loadedmetadata", () => this.#seek(), { once: true });
  }

  async #play(): Promise<void> {
    const { start = 0, end = 0 } = this.#row?.preview ?? {};
    if (this.audio.readyState > 0 && (this.audio.currentTime >= end || this.audio.currentTime < start)) this.#seek();
    try {
      await this.audio.play();
    } catch (error) {
      // Interrupted, or not allowed before a touch: the button still shows "Listen".
      if (!(error instanceof DOMException)) throw error;
    }
  }

  #watch(): void {
    this.#tell();
    if (!this.audio.paused && this.audio.currentTime >= (this.#row?.preview?.end ?? 0)) this.#next();
  }

  #next(): void {
    const [following, ...rest] = this.#waiting;
    this.#waiting = rest;
    if (following === undefined) this.stop();
    else void this.#open(following);
  }

  #tell(): void {
    if (this.#row === null) return;
    const { start = 0, end = 0 } = this.#row.preview ?? {};
    const at = this.audio.readyState > 0 ? Math.min(end, Math.max(start, this.audio.currentTime)) - start : 0;
    this.told({ row: this.#row, playing: !this.audio.paused, at });
  }

  #fail(): void {
    const row = this.#row;
    if (row === null) return;
    this.#opened = "";
    this.stop();
    this.failed(row);
  }
}
