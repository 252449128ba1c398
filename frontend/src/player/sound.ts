// The media element, and how it is kept going when its address runs out after an hour.
import { type Details, getJson } from "../common/api";

const AGAIN = 5_000; // ms; a second failure within it is a real one

export class Sound {
  #failedAt = Number.NEGATIVE_INFINITY;
  #wanted = 0;

  constructor(
    readonly audio: HTMLAudioElement,
    private readonly refreshPath: string,
    private readonly gaveUp: () => void,
  ) {
    audio.addEventListener("error", () => void this.#mend());
    audio.addEventListener("loadedmetadata", () => this.#arrive());
  }

  get hasSource(): boolean {
    return this.audio.hasAttribute("src");
  }

  get position(): number {
    return this.audio.readyState === 0 ? this.#wanted : this.audio.currentTime;
  }

  set source(url: string) {
    this.#wanted = this.position;
    this.audio.src = url;
  }

  seek(seconds: number): void {
    this.#wanted = seconds;
    if (this.audio.readyState > 0) this.audio.currentTime = seconds;
  }

  async play(): Promise<void> {
    try {
      await this.audio.play();
    } catch (error) {
      // Interrupted by a pause or a new source, or not allowed before a touch: the button still shows "Play".
      if (!(error instanceof DOMException)) throw error;
    }
  }

  /** A fresh address, from the same second. */
  async retry(): Promise<void> {
    const { playback_url } = await getJson<Details>(this.refreshPath);
    if (playback_url === null) throw new Error("Nothing to play.");
    this.source = playback_url;
  }

  async #mend(): Promise<void> {
    const now = performance.now();
    const second = now - this.#failedAt < AGAIN;
    this.#failedAt = now;
    const playing = !this.audio.paused;
    try {
      if (second) throw new Error("It failed twice.");
      await this.retry();
      if (playing) await this.play();
    } catch {
      this.gaveUp();
    }
  }

  #arrive(): void {
    if (this.#wanted > 0 && this.audio.currentTime === 0) this.audio.currentTime = this.#wanted;
  }
}
