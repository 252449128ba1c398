// Hearing what is on this device before it is sent.
import { say } from "../common/parts";
import { oneSound } from "../player/one-sound";

export class Listening {
  readonly #audio = new Audio();

  /** `heard`: the share that was heard; null when it is over. */
  constructor(
    private readonly button: HTMLElement,
    private readonly words: HTMLElement,
    private readonly heard: (share: number | null) => void,
  ) {
    oneSound(this.#audio);
    for (const event of ["play", "pause"]) this.#audio.addEventListener(event, () => this.#mark());
    this.#audio.addEventListener("timeupdate", () => this.#tell());
    this.#audio.addEventListener("ended", () => this.heard(null));
  }

  async press(sound: () => Promise<Blob>): Promise<void> {
    if (!this.#audio.paused) return this.#audio.pause();
    if (this.#audio.src === "") this.#audio.src = URL.createObjectURL(await sound());
    await this.#audio.play();
  }

  stop(): void {
    this.#audio.pause();
    this.heard(null);
  }

  #mark(): void {
    const playing = !this.#audio.paused;
    this.button.toggleAttribute("data-playing", playing);
    say(this.words, playing ? "Pause" : "Listen");
  }

  #tell(): void {
    const { currentTime, duration, ended } = this.#audio;
    if (Number.isFinite(duration) && !ended) this.heard(currentTime / duration);
  }
}
