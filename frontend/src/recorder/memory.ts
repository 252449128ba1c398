// The newest bytes of a recording, in the page's memory.

interface Piece {
  start: number;
  bytes: Uint8Array;
}

/** Bytes `[start, end)`, counted from the recording's first byte here. */
export class Memory {
  #pieces: Piece[] = [];
  #start: number;
  #end: number;

  constructor(at = 0) {
    this.#start = at;
    this.#end = at;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#pieces.push({ start: this.#end, bytes });
    this.#end += bytes.length;
  }

  /** Up to `most` bytes from an offset on; empty outside what is held. */
  read(offset: number, most: number): Uint8Array {
    if (offset < this.#start || offset >= this.#end) return new Uint8Array(0);
    const out = new Uint8Array(Math.min(most, this.#end - offset));
    let filled = 0;
    for (let index = this.#find(offset); filled < out.length; index++) {
      const piece = this.#pieces[index] as Piece;
      const from = offset + filled - piece.start;
      const part = piece.bytes.subarray(from, from + out.length - filled);
      out.set(part, filled);
      filled += part.length;
    }
    return out;
  }

  /** Lets go of what is below. Beyond the end: others went on, and we go on after them. */
  release(offset: number): void {
    if (offset <= this.#start) return;
    if (offset >= this.#end) {
      this.#pieces = [];
      this.#end = offset;
    } else this.#pieces.splice(0, this.#find(offset));
    this.#start = offset;
  }

  /** The piece that holds an offset. */
  #find(offset: number): number {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle] as Piece).start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
