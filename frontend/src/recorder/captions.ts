// What is being said, as it is written down: settled words stay where they are, moving ones are fainter.
import type { Transcript } from "./live-link";

const KEEP = 12; // settled pieces; three lines never show more

export class Captions {
  readonly #settled: string[] = [];
  readonly #ink = document.createElement("span");
  readonly #moving = document.createElement("span");

  constructor(private readonly root: HTMLElement) {
    const line = document.createElement("span");
    this.#moving.className = "moving";
    line.append(this.#ink, " ", this.#moving);
    root.append(line);
  }

  take({ text, is_final }: Transcript): void {
    this.root.hidden = false;
    if (is_final) {
      this.#settled.push(text.trim());
      if (this.#settled.length > KEEP) this.#settled.shift();
    }
    this.#ink.textContent = this.#settled.join(" ");
    this.#moving.textContent = is_final ? "" : text.trim();
  }
}
