// Which word is heard when: looked up many times a second, among thousands.

const LINGER = 0.6; // s that a word stays lit after its end: shorter pauses belong to the flow, longer ones are silence
const SLACK = 0.001; // s; times are whole milliseconds, and players round a position down

/** Words by when they are said, in seconds. Numbers of words are as given; times may overlap and be out of order. */
export class Timeline {
  readonly #order: Uint32Array;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  #place = -1; // in time, of the word last looked up: the next is mostly it, or its neighbour

  constructor(starts: readonly number[], ends: readonly number[]) {
    const order = [...starts.keys()].sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || a - b);
    this.#order = Uint32Array.from(order);
    this.#starts = Float64Array.from(order, (word) => starts[word] ?? 0);
    this.#ends = Float64Array.from(order, (word) => ends[word] ?? 0);
  }

  /** The word begun last; -1 before the first. */
  begun(second: number): number {
    const at = second + SLACK;
    if (!this.#holds(this.#place, at)) {
      this.#place = this.#holds(this.#place + 1, at) ? this.#place + 1 : this.#search(at);
    }
    return this.#order[this.#place] ?? -1;
  }

  /** The word being spoken; -1 where nobody speaks. */
  heard(second: number): number {
    const word = this.begun(second);
    return second > (this.#ends[this.#place] ?? 0) + LINGER ? -1 : word;
  }

  #holds(place: number, at: number): boolean {
    if (place >= this.#starts.length) return false;
    const begins = place < 0 ? Number.NEGATIVE_INFINITY : (this.#starts[place] ?? 0);
    return begins <= at && at < (this.#starts[place + 1] ?? Number.POSITIVE_INFINITY);
  }

  #search(at: number): number {
    let [low, high] = [-1, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
