import assert from "node:assert/strict";
import { test } from "node:test";
import { type Holder, type Piece, Shelf } from "./shelf";

/** A disk: what was written is there for the next shelf. */
class Disk implements Holder {
  readonly files = new Map<number, number[]>();
  #open: number | null = null;

  constructor(private readonly most = 8) {}

  async pieces(): Promise<Piece[]> {
    return [...this.files].map(([start, bytes]) => ({ start, size: bytes.length }));
  }

  async write(offset: number, bytes: Uint8Array): Promise<number> {
    const open = this.#open === null ? undefined : this.files.get(this.#open);
    if (open === undefined || (this.#open ?? 0) + open.length !== offset || open.length >= this.most) {
      this.#open = offset;
      this.files.set(offset, [...bytes]);
    } else open.push(...bytes);
    return this.#open ?? 0;
  }

  async load({ start }: Piece): Promise<Blob> {
    return new Blob([Uint8Array.from(this.files.get(start) ?? [])]);
  }

  async drop({ start }: Piece): Promise<void> {
    this.files.delete(start);
  }

  async clear(): Promise<void> {
    this.files.clear();
  }

  close(): void {
    this.#open = null;
  }
}

async function filled(disk: Disk, to: number, step = 4): Promise<Shelf> {
  const shelf = await Shelf.open(disk);
  for (let at = 0; at < to; at += step) {
    await shelf.append(
      at,
      Uint8Array.from({ length: step }, (_, n) => at + n),
    );
  }
  return shelf;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

test("what was appended is read, by this shelf and the next", async () => {
  const disk = new Disk();
  for (const shelf of [await filled(disk, 40), await Shelf.open(disk)]) {
    assert.deepEqual([shelf.from, shelf.to, shelf.size], [0, 40, 40]);
    for (const [from, to] of [
      [0, 40],
      [3, 5],
      [7, 30],
      [39, 99],
    ] as [number, number][]) {
      assert.deepEqual([...(await shelf.read(from, to))], range(from, Math.min(to, 40)));
    }
    assert.equal((await shelf.read(40, 50)).length, 0);
  }
});

test("a torn tail is cut to whole samples and written over", async () => {
  const disk = new Disk();
  await filled(disk, 12);
  disk.files.get(8)?.pop();
  disk.close();
  const shelf = await Shelf.open(disk);
  assert.equal(shelf.to, 10);
  await shelf.append(10, Uint8Array.of(110, 111, 112, 113));
  for (const seen of [shelf, await Shelf.open(disk)]) {
    assert.deepEqual([...(await seen.read(0, 99))], [...range(0, 10), 110, 111, 112, 113]);
  }
});

test("an empty piece, begun and never written, is none", async () => {
  const disk = new Disk();
  await filled(disk, 8);
  disk.files.set(8, []);
  const shelf = await Shelf.open(disk);
  assert.equal(shelf.to, 8);
  await shelf.append(8, Uint8Array.of(8, 9));
  assert.deepEqual([...(await shelf.read(0, 99))], range(0, 10));
});

test("a hole ends what is read: nothing is put together that was not said together", async () => {
  const disk = new Disk();
  const shelf = await filled(disk, 8);
  await shelf.append(20, Uint8Array.of(20, 21));
  assert.deepEqual([...(await shelf.read(4, 99))], range(4, 8));
  assert.deepEqual([...(await shelf.read(20, 99))], [20, 21]);
  assert.equal((await shelf.read(10, 12)).length, 0);
});

test("what is saved as a file has silence for a hole", async () => {
  const disk = new Disk();
  const shelf = await filled(disk, 8);
  await shelf.append(10, Uint8Array.of(10, 11));
  const sound = async (from: number, to: number): Promise<number[]> => [
    ...new Uint8Array(await (await shelf.sound(from, to)).arrayBuffer()),
  ];
  assert.deepEqual(await sound(6, 99), [6, 7, 0, 0, 10, 11]);
  assert.deepEqual(await sound(9, 11), [0, 10]);
  assert.deepEqual(await sound(6, 9), [6, 7, 0]);
  assert.deepEqual(await sound(12, 99), []);
});

test("what is stored is let go from the beginning, what is not stays", async () => {
  const disk = new Disk();
  const shelf = await filled(disk, 40);
  await shelf.release(23, 24);
  assert.deepEqual([shelf.from, shelf.to], [16, 40]);
  await shelf.release(23, 0);
  assert.equal(shelf.from, 16); // the piece from 16 to 24 holds a byte that is not stored
  await shelf.release(40, 0);
  assert.deepEqual([shelf.from, shelf.to], [32, 40]); // the newest may still grow
});
