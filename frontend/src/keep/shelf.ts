// The bytes of one recording on this device: a chain of pieces, each named by the offset of its first byte.

/** Bytes `[start, start + size)`. */
export interface Piece {
  start: number;
  size: number;
}

/** What holds the pieces. A piece is written once and in order; only the newest may still grow. */
export interface Holder {
  pieces(): Promise<Piece[]>;
  /** Durable when it returns. The start of the piece that holds the bytes now. */
  write(offset: number, bytes: Uint8Array): Promise<number>;
  load(piece: Piece): Promise<Blob>;
  drop(piece: Piece): Promise<void>;
  clear(): Promise<void>;
  /** Nothing more will be written from here. */
  close(): void;
}

const SILENCE = new Uint8Array(1 << 20);
const SAMPLE = 2; // bytes; a write that a power cut tore apart may end within one

export class Shelf {
  private constructor(
    private readonly holder: Holder,
    private readonly pieces: Piece[],
  ) {}

  static async open(holder: Holder): Promise<Shelf> {
    const pieces = (await holder.pieces()).filter(({ size }) => size >= SAMPLE).sort((a, b) => a.start - b.start);
    return new Shelf(holder, pieces);
  }

  get from(): number {
    return this.pieces[0]?.start ?? 0;
  }

  get to(): number {
    return this.#end(this.pieces.length - 1);
  }

  get size(): number {
    return this.pieces.reduce((sum, { size }) => sum + size, 0);
  }

  async append(offset: number, bytes: Uint8Array): Promise<void> {
    const start = await this.holder.write(offset, bytes);
    const last = this.pieces.at(-1);
    if (last?.start === start) last.size = offset + bytes.length - start;
    else this.pieces.push({ start, size: bytes.length });
  }

  /** What is here of `[from, to)`, from its beginning to the first hole. */
  async read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.#blob(from, to, false)).arrayBuffer());
  }

  /**
   * All that is here of `[from, to)`, with silence for its holes: a page that died may have sent a few bytes that did
   * not get here. A browser keeps what a blob is made of where it lies.
   */
  async sound(from: number, to: number): Promise<Blob> {
    return this.#blob(from, to, true);
  }

  async #blob(from: number, to: number, over: boolean): Promise<Blob> {
    const parts: BlobPart[] = [];
    let at = from;
    for (let index = this.#holding(from); index < this.pieces.length && at < to; index++) {
      const piece = this.pieces[index] as Piece;
      const end = Math.min(to, this.#end(index));
      if (over && end <= at) continue;
      if (over && index > 0 && piece.start > at) {
        const next = Math.min(piece.start, to);
        for (; at < next; at += SILENCE.length) parts.push(SILENCE.subarray(0, next - at));
        at = next;
      }
      if (piece.start > at || end <= at) break;
      parts.push((await this.holder.load(piece)).slice(at - piece.start, end - piece.start));
      at = end;
    }
    return new Blob(parts);
  }

  /** Lets go of the oldest pieces below an offset until at most `most` bytes are left. The newest piece stays. */
  async release(below: number, most: number): Promise<void> {
    while (this.pieces.length > 1 && this.#end(0) <= below && this.size > most) {
      await this.holder.drop(this.pieces[0] as Piece);
      this.pieces.shift();
    }
  }

  close(): void {
    this.holder.close();
  }

  async clear(): Promise<void> {
    await this.holder.clear();
    this.pieces.length = 0;
  }

  /** Where a piece's part of the chain ends: a torn tail was written again as the beginning of the next. */
  #end(index: number): number {
    const piece = this.pieces[index];
    if (piece === undefined) return 0;
    const next = this.pieces[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    return Math.min(piece.start + piece.size - (piece.size % SAMPLE), next);
  }

  #holding(offset: number): number {
    return Math.max(
      0,
      this.pieces.findLastIndex(({ start }) => start <= offset),
    );
  }
}
