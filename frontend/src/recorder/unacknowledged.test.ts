import assert from "node:assert/strict";
import { test } from "node:test";
import type { Keeping } from "../keep/keeping";
import { Unacknowledged } from "./unacknowledged";

const AHEAD = 65_536;

const pieces = (...sizes: number[]): Uint8Array[] => {
  let next = 0;
  return sizes.map((size) => Uint8Array.from({ length: size }, () => next++));
};

/** A device that takes everything at once. */
class Device {
  from = 0;
  kept = 0;
  notes: object[] = [];
  bytes: number[] = [];
  fails = false;

  append(start: number, bytes: Uint8Array): void {
    bytes.forEach((byte, index) => {
      this.bytes[start + index] = byte;
    });
    this.kept = start + bytes.length;
  }

  release(): void {}

  async note(changes: object): Promise<boolean> {
    if (this.fails) return false;
    this.notes.push(changes);
    return true;
  }

  async read(from: number, to: number): Promise<Uint8Array> {
    if (this.fails) throw new DOMException("", "NotFoundError");
    return Uint8Array.from(this.bytes.slice(from, to));
  }

  async sound(from: number, to: number): Promise<Blob> {
    return new Blob([(await this.read(from, to)) as Uint8Array<ArrayBuffer>]);
  }
}

function kept(tail: number, ...sizes: number[]): { bytes: Unacknowledged; device: Device } {
  const device = new Device();
  const bytes = new Unacknowledged(device as unknown as Keeping, undefined, 1000, tail);
  for (const piece of pieces(...sizes)) bytes.append(piece);
  return { bytes, device };
}

const come = (bytes: Unacknowledged): Promise<void> =>
  new Promise((resolve) => {
    bytes.more = resolve;
  });

test("without a device memory is all there is, and it is bounded", () => {
  const bytes = new Unacknowledged(null, undefined, 4);
  assert.equal(bytes.append(new Uint8Array(4)), true);
  assert.equal(bytes.append(new Uint8Array(1)), false);
  assert.deepEqual([bytes.end, bytes.loose], [4, 4]);
});

test("with a device memory keeps the newest, and the rest is read back", async () => {
  const { bytes } = kept(8, 6, 6, 6, 6);
  assert.deepEqual([...bytes.read(16, 100)], [16, 17, 18, 19, 20, 21, 22, 23]);
  const fetched = come(bytes);
  assert.equal(bytes.read(3, 4).length, 0);
  await fetched;
  assert.deepEqual([...bytes.read(3, 4)], [3, 4, 5, 6]);
  assert.deepEqual([bytes.start, bytes.end, bytes.loose], [0, 24, 0]);
});

test("an hour with a device takes no more memory than a minute", () => {
  const { bytes } = kept(8, ...Array.from({ length: 500 }, () => 6));
  assert.equal(bytes.end, 3000); // three times what memory may hold
});

test("what the device refuses stays in memory", () => {
  const { bytes, device } = kept(8, 6, 6);
  device.append = () => {};
  for (const piece of pieces(6, 6, 6, 6)) assert.equal(bytes.append(piece), true);
  assert.equal(bytes.loose, 24);
  assert.equal(bytes.read(12, 100).length, 24);
});

test("where the recording begins is written down before anything is sent", async () => {
  const { bytes, device } = kept(8, 6);
  bytes.begin(32_000);
  assert.deepEqual([bytes.start, bytes.end, bytes.stored], [32_000, 32_006, 32_000]);
  const noted = come(bytes);
  assert.equal(bytes.room(32_000), 0);
  await noted;
  assert.deepEqual(device.notes, [{ base: 32_000, stored: 32_000, sent: 32_000 + AHEAD }]);
  assert.equal(bytes.room(32_000), AHEAD);
  assert.deepEqual([...bytes.read(32_002, 2)], [2, 3]);
  bytes.begin(99);
  assert.equal(bytes.start, 32_000);
});

test("a device that takes no note is given up, and the network has its way", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { bytes, device } = kept(8, 6);
  device.fails = true;
  bytes.begin(32_000);
  const given = come(bytes);
  assert.equal(bytes.room(32_000), 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(bytes.room(32_000), 0);
  context.mock.timers.tick(1000);
  await given;
  assert.equal(bytes.room(32_000), Number.POSITIVE_INFINITY);
});

test("how far may be sent is noted ahead, and exactly when the line is cut", async () => {
  const { bytes, device } = kept(100, 6, 6);
  bytes.begin(0);
  let noted = come(bytes);
  bytes.room(0);
  await noted;
  bytes.handed(AHEAD / 2 + 2);
  noted = come(bytes);
  assert.equal(bytes.room(AHEAD / 2 + 2), AHEAD / 2 - 2);
  await noted;
  assert.deepEqual(device.notes.slice(1), [{ sent: 1.5 * AHEAD + 2 }]);
  bytes.cut();
  bytes.cut();
  assert.deepEqual(device.notes.slice(2), [{ sent: AHEAD / 2 + 2 }]);
  assert.equal(bytes.room(AHEAD / 2 + 2), 0, "a new connection waits for the next note");
});

test("a note that comes after the line was cut allows nothing", async () => {
  const { bytes } = kept(100, 6, 6);
  bytes.begin(0);
  const noted = come(bytes);
  bytes.room(0);
  bytes.cut();
  await noted;
  assert.equal(bytes.room(0), 0);
});

test("what another connection took over is sent again, or told", () => {
  const bytes = new Unacknowledged();
  bytes.begin(0);
  bytes.append(new Uint8Array(10));
  bytes.handed(10);
  bytes.release(4);
  bytes.taken();
  assert.deepEqual([bytes.stored, bytes.sent, bytes.end], [4, 4, 10]);
});

test("what an earlier page may have sent, and this device has not, is passed over", () => {
  const bytes = new Unacknowledged(null, { base: 100, stored: 104, sent: 120, to: 10 });
  bytes.passOver();
  assert.deepEqual([bytes.end, bytes.sent], [120, 120]);
  bytes.append(Uint8Array.of(1, 2));
  bytes.release(118);
  assert.deepEqual([...bytes.read(118, 9)], [0, 0, 1, 2]);
});

test("what is stored may be let go, and never comes back", () => {
  const { bytes } = kept(100, 6, 6);
  bytes.release(8);
  bytes.release(2);
  assert.equal(bytes.stored, 8);
  assert.deepEqual([...bytes.read(8, 100)], [8, 9, 10, 11]);
});

test("the rest is what the server lacks, from the device and from memory", async () => {
  const { bytes } = kept(8, 6, 6, 6, 6);
  bytes.release(4);
  const rest = new Uint8Array(await (await bytes.rest()).arrayBuffer());
  assert.deepEqual([...rest], [...Array(24).keys()].slice(4));
});

test("what a device has lost is silence in the rest, and does not move what memory has", async () => {
  const { bytes, device } = kept(8, 6, 6, 6, 6);
  device.bytes.length = 2;
  const rest = new Uint8Array(await (await bytes.rest()).arrayBuffer());
  const memory = [...Array(24).keys()].slice(16);
  assert.deepEqual([...rest], [0, 1, ...Array(22 - memory.length).fill(0), ...memory]);
});

test("a device that gives nothing back is found out", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { bytes, device } = kept(8, 6, 6, 6, 6);
  device.fails = true;
  for (let attempt = 0; attempt < 5; attempt++) {
    assert.equal(bytes.gone, false);
    const told = come(bytes);
    bytes.read(0, 4);
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(1000);
    await told;
  }
  assert.equal(bytes.gone, true);
});
