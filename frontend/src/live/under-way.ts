// A recording under way as the server tells of it: in steps. Between them its clock goes on by itself.
import { LevelFollower } from "../recorder/level";
import type { Transcript } from "../recorder/live-link";
import type { Level } from "../recorder/words";

export const BARS_A_SECOND = 8; // as the server has it
const AHEAD = 5; // s that the clock goes on without news
const KEEP = 2000; // bars; wider than any screen
const LEAST_TOP = 6000; // of 32 768: room noise must not fill the height before anybody spoke

export interface Live {
  id: string;
  team: string;
  title: string;
  /** Seconds that are durable. */
  stored: number;
  limit: number;
  /** Seconds since sound last came; null: it comes. */
  silent: number | null;
  /** Loudest samples of the newest bars, 0 to 32 768, and the number of the first of them. */
  peaks: number[];
  first: number;
  /** What was said last; not every page is told. */
  captions?: Said[];
}

export interface Said extends Transcript {
  /** Seconds. */
  start: number;
}

export class UnderWay {
  readonly #level = new LevelFollower();
  #live: Live;
  #at = 0;
  #bars: number[] = [];
  #next = 0; // the number of the first bar that is not known
  #top = LEAST_TOP;

  constructor(
    live: Live,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#live = live;
    this.#at = now();
    this.#hear(live);
  }

  told(live: Live): void {
    if (live.stored !== this.#live.stored) this.#at = this.now();
    this.#live = live;
    this.#hear(live);
  }

  /** Seconds of it by now. */
  get elapsed(): number {
    const { stored, silent } = this.#live;
    return stored + (silent === null ? Math.min(AHEAD, (this.now() - this.#at) / 1000) : 0);
  }

  get level(): Level {
    return this.#live.silent === null ? this.#level.word : "none";
  }

  /** Heights from 0 to 1 of what is stored, the newest last. */
  get bars(): number[] {
    return this.#bars.map((peak) => Math.min(1, peak / this.#top) ** 0.9);
  }

  #hear({ peaks, first }: Live): void {
    peaks.forEach((peak, place) => {
      const number = first + place;
      if (number < this.#next - 1) return;
      if (number === this.#next - 1 && this.#bars.length > 0) {
        this.#bars[this.#bars.length - 1] = peak; // it was not whole when it was told of
        return;
      }
      if (number > this.#next) this.#bars = []; // what lies between is not known
      this.#bars.push(peak);
      this.#next = number + 1;
      this.#top = Math.max(this.#top, peak);
      this.#level.take(Int16Array.of(Math.min(32_767, peak)), BARS_A_SECOND);
    });
    if (this.#bars.length > KEEP) this.#bars = this.#bars.slice(-KEEP);
  }
}
