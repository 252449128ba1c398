// Pieces as rows of IndexedDB, for browsers without file handles: private windows, mostly.
import { drop, get, keys, put } from "./database";
import type { Holder, Piece } from "./shelf";

export class Rows implements Holder {
  constructor(private readonly session: string) {}

  async pieces(): Promise<Piece[]> {
    const found = (await keys("pieces", this.#all)) as [string, number, number][];
    return found.map(([, start, size]) => ({ start, size }));
  }

  async write(offset: number, bytes: Uint8Array): Promise<number> {
    await put("pieces", [this.session, offset, bytes.length], bytes);
    return offset;
  }

  async load({ start, size }: Piece): Promise<Blob> {
    const bytes = await get<Uint8Array<ArrayBuffer>>("pieces", [this.session, start, size]);
    return new Blob(bytes === undefined ? [] : [bytes]);
  }

  async drop({ start, size }: Piece): Promise<void> {
    await drop("pieces", [this.session, start, size]);
  }

  async clear(): Promise<void> {
    await drop("pieces", this.#all);
  }

  close(): void {} // every row is written when its write returns

  get #all(): IDBKeyRange {
    return IDBKeyRange.bound([this.session], [this.session, []]);
  }
}
