// Rows play in place: one media element for the whole list.
import { type Details, getJson } from "../common/api";
import { clock } from "../common/format";
import { given, setIcon } from "../common/parts";
import { toast } from "../common/toast";
import { oneSound } from "../player/one-sound";
import type { MiniWave } from "../wave/mini-wave";

class RowPlayer extends HTMLElement {
  readonly #audio = new Audio();
  #row: HTMLElement | null = null;
  #length = "";

  connectedCallback(): void {
    oneSound(this.#audio);
    this.append(this.#audio);
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button[data-play]");
      if (button !== null) void this.#press(button);
    });
    this.#audio.addEventListener("timeupdate", () => this.#show());
    this.#audio.addEventListener("ended", () => this.#leave());
    for (const event of ["play", "pause"]) this.#audio.addEventListener(event, () => this.#mark());
    this.#audio.addEventListener("error", () => this.#fail());
  }

  async #press(button: HTMLButtonElement): Promise<void> {
    const row = button.closest<HTMLElement>(".pitch-row");
    if (row === null) return;
    try {
      if (row === this.#row && !this.#audio.paused) return this.#audio.pause();
      if (row !== this.#row) await this.#open(row, given(button, "play"));
      await this.#audio.play();
    } catch (error) {
      if (!(error instanceof DOMException)) this.#fail();
    }
  }

  async #open(row: HTMLElement, path: string): Promise<void> {
    this.#leave();
    this.#row = row;
    this.#length = row.querySelector("[data-time]")?.textContent ?? "";
    const { playback_url } = await getJson<Details>(path);
    if (playback_url === null) throw new Error("Nothing to play.");
    this.#audio.src = playback_url;
  }

  #mark(): void {
    const button = this.#row?.querySelector("button[data-play]");
    if (this.#row === null || !button) return;
    const playing = !this.#audio.paused;
    this.#row.classList.toggle("playing", true);
    setIcon(button, playing ? "pause" : "play");
    const label = button.getAttribute("aria-label") ?? "";
    button.setAttribute("aria-label", label.replace(/^(Play|Pause)/, playing ? "Pause" : "Play"));
  }

  #show(): void {
    const { currentTime, duration } = this.#audio;
    const wave = this.#row?.querySelector<MiniWave>("mini-wave");
    if (wave && Number.isFinite(duration)) wave.progress = currentTime / duration;
    const time = this.#row?.querySelector("[data-time]");
    if (time) time.textContent = `${clock(currentTime)} / ${this.#length}`;
  }

  #leave(): void {
    this.#audio.pause();
    this.#mark();
    if (this.#row === null) return;
    this.#row.classList.remove("playing");
    const wave = this.#row.querySelector<MiniWave>("mini-wave");
    if (wave) wave.progress = null;
    const time = this.#row.querySelector("[data-time]");
    if (time) time.textContent = this.#length;
    this.#row = null;
  }

  #fail(): void {
    if (this.#row === null) return;
    const row = this.#row;
    this.#leave();
    const name = row.querySelector(".team")?.textContent ?? "This pitch";
    toast({ words: `${name} does not play just now. The recording is safe; try again, or open its page.` });
  }
}

customElements.define("row-player", RowPlayer);
