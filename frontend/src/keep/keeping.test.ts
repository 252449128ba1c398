import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Keeping } from "./keeping";
import type { Store } from "./store";

const RATE = 1000; // 120 bytes are 60 ms

let written: [number, number][] = [];
let refuse = "";

const store = {
  append: async (_: string, offset: number, bytes: Uint8Array): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (refuse !== "") throw new DOMException("", refuse);
    written.push([offset, bytes.length]);
  },
} as unknown as Store;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function say(keeping: Keeping, from: number, pieces: number, size = 40): void {
  for (let piece = 0; piece < pieces; piece++) keeping.append(from + piece * size, new Uint8Array(size));
}

beforeEach(() => {
  [written, refuse] = [[], ""];
  mock.timers.enable({ apis: ["setTimeout"] }); // it tries again for as long as there is a page
  Object.assign(globalThis, { window: globalThis });
});

afterEach(() => mock.timers.reset());

test("60 ms are handed over together, and what came meanwhile after them", async () => {
  const keeping = new Keeping(store, "s", RATE, { from: 0, to: 0 });
  say(keeping, 0, 2);
  await turn();
  assert.deepEqual(written, []);
  say(keeping, 80, 1);
  say(keeping, 120, 5);
  await turn();
  await turn();
  assert.deepEqual(written, [
    [0, 120],
    [120, 200],
  ]);
  assert.equal(keeping.kept, 320);
});

test("the rest is handed over when asked for", async () => {
  const keeping = new Keeping(store, "s", RATE, { from: 0, to: 0 });
  say(keeping, 0, 1);
  await keeping.settle();
  assert.deepEqual(written, [[0, 40]]);
});

test("after a jump nothing is joined over the hole", async () => {
  const keeping = new Keeping(store, "s", RATE, { from: 0, to: 0 });
  say(keeping, 0, 2);
  say(keeping, 1000, 2);
  await keeping.settle();
  assert.deepEqual(written, [
    [0, 80],
    [1000, 80],
  ]);
});

test("a full device is told, tried again, and given all of it", async () => {
  const keeping = new Keeping(store, "s", RATE, { from: 0, to: 0 });
  refuse = "QuotaExceededError";
  say(keeping, 0, 6);
  await turn();
  assert.deepEqual([keeping.refusal, keeping.kept], ["full", 0]);
  say(keeping, 240, 1);
  refuse = "";
  mock.timers.tick(5_000);
  await turn();
  assert.deepEqual(written, [[0, 280]]);
  assert.deepEqual([keeping.refusal, keeping.kept], ["", 280]);
});

test("what is stored elsewhere meanwhile need not be kept", async () => {
  const keeping = new Keeping(store, "s", RATE, { from: 0, to: 0 });
  refuse = "QuotaExceededError";
  say(keeping, 0, 6);
  await turn();
  keeping.release(200);
  assert.equal(keeping.kept, 200);
});
