// Whether sound comes in as fast as time goes by. A page that is slow gets its sound late; one that slept never does.

const STILL = 12; // looks in a row without any sound until the microphone counts as asleep: 3 s of a page that runs
const LATE = 1; // s that sound may be behind before it counts
const SURE = 1_000; // ms that it has to stay behind: what a slow page missed arrives at once
const DRIFT = 0.001; // of the time that passes: the clock of a microphone is not ours

/** Times are ms of the page's clock, lengths seconds. */
export class Pulse {
  #looks = 0;
  #begun: number | null = null;
  #heard = 0;
  #least = 0;
  #seen = 0;
  #lateSince: number | null = null;

  /** Sound arrived. Returns how much is missing before it, once that is sure. */
  heard(seconds: number, now: number): number {
    this.#looks = 0;
    this.#heard += seconds;
    this.#begun ??= now - seconds * 1000;
    const behind = (now - this.#begun) / 1000 - this.#heard;
    this.#least = Math.min(behind, this.#least + ((now - this.#seen) / 1000) * DRIFT);
    this.#seen = now;
    if (behind - this.#least < LATE) {
      this.#lateSince = null;
      return 0;
    }
    this.#lateSince ??= now;
    if (now - this.#lateSince < SURE) return 0;
    const missing = behind - this.#least;
    this.#least = behind;
    this.#lateSince = null;
    return missing;
  }

  /** The page looks, a few times a second. True: no sound comes in any more. */
  look(): boolean {
    return ++this.#looks >= STILL;
  }
}
