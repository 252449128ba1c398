// What is being said, large: as the recorder shows it, from what is told of it every second.
import { part } from "../common/parts";
import type { Said } from "../live/under-way";
import { Captions } from "../recorder/captions";

export class RoomCaptions {
  readonly #captions: Captions;
  readonly #known = new Set<string>();
  #newest = -1;

  constructor(private readonly root: HTMLElement) {
    for (const name of ["captions-settled", "captions-moving"]) part(root, name).textContent = "";
    this.#captions = new Captions(root);
    part(root, "captions-box").hidden = true;
  }

  take(said: readonly Said[]): void {
    for (const one of said) {
      // Not every copy of the server knows what was said last; what comes late has its place no more.
      if (!this.#known.has(one.id) && one.start < this.#newest) continue;
      this.#known.add(one.id);
      this.#newest = Math.max(this.#newest, one.start);
      this.#captions.take(one);
    }
    part(this.root, "captions-box").hidden = this.#known.size === 0;
  }
}
