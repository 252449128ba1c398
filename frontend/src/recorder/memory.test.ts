import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory } from "./memory";

function filled(...sizes: number[]): Memory {
  const buffer = new Memory();
  let next = 0;
  for (const size of sizes) buffer.append(Uint8Array.from({ length: size }, () => next++));
  return buffer;
}

test("reads across pieces from any offset", () => {
  const buffer = filled(3, 4, 5);
  assert.deepEqual([...buffer.read(0, 100)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual([...buffer.read(2, 6)], [2, 3, 4, 5, 6, 7]);
  assert.deepEqual([...buffer.read(11, 6)], [11]);
  assert.deepEqual([...buffer.read(12, 6)], []);
});

test("what is released is gone, what is not stays readable", () => {
  const buffer = filled(3, 4, 5);
  for (let offset = 0; offset <= 12; offset++) {
    buffer.release(offset);
    const rest = [...buffer.read(offset, 100)];
    assert.deepEqual(
      rest,
      Array.from({ length: 12 - offset }, (_, n) => n + offset),
    );
    assert.equal(buffer.start, offset);
    assert.equal(buffer.end, 12);
  }
});

test("what was released stays released", () => {
  const buffer = filled(10);
  buffer.release(6);
  buffer.release(2);
  assert.equal(buffer.start, 6);
  assert.deepEqual([...buffer.read(2, 4)], []);
});

test("a release beyond the end moves the recording on", () => {
  const buffer = filled(4);
  buffer.release(32_000);
  buffer.append(Uint8Array.of(9));
  assert.equal(buffer.start, 32_000);
  assert.deepEqual([...buffer.read(32_000, 10)], [9]);
});
