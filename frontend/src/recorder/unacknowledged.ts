// What was said and is not yet known to be durable on the server. In memory, behind a face that a store on the
// device can take over.

const MOST = 256 << 20; // bytes: two hours at 16 kHz without any network, and no phone's browser dies of it

interface Piece {
  start: number;
  bytes: Uint8Array;
}

/** Bytes `[start, end)` of the recording. */
export class Unacknowledged {
  #pieces: Piece[] = [];
  #start = 0;
  #end = 0;

  constructor(private readonly most = MOST) {}

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** False: no more room, and nothing was taken. */
  append(bytes: Uint8Array): boolean {
    if (this.#end - this.#start + bytes.length > this.most) return false;
    if (bytes.length > 0) this.#pieces.push({ start: this.#end, bytes });
    this.#end += bytes.length;
    return true;
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

  /** The first byte here is the recording's byte at this offset: an earlier tab or device said what is before. */
  rebase(offset: number): void {
    const by = offset - this.#start;
    for (const piece of this.#pieces) piece.start += by;
    this.#start += by;
    this.#end += by;
  }

  /** Everything below the offset is durable elsewhere. Beyond the end: others went on, and we go on after them. */
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
