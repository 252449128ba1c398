import assert from "node:assert/strict";
import { test } from "node:test";
import { toBytes, toMono, toPcm, wavFile } from "./pcm";

test("samples are rounded and clamped, never wrapped", () => {
  const samples = Float32Array.of(0, 1, -1, 2, -2, 1 / 32_768, 0.6 / 32_768, -0.6 / 32_768);
  assert.deepEqual([...toPcm(samples)], [0, 32_767, -32_768, 32_767, -32_768, 1, 1, -1]);
});

test("every 16-bit sample comes through unchanged", () => {
  const all = Int16Array.from({ length: 65_536 }, (_, n) => n - 32_768);
  assert.deepEqual(toPcm(Float32Array.from(all, (sample) => sample / 32_768)), all);
});

test("stereo is the mean of both sides", () => {
  assert.deepEqual([...toMono([Float32Array.of(1, 0), Float32Array.of(0, -1)])], [0.5, -0.5]);
  assert.deepEqual([...toMono([])], []);
});

test("bytes are little-endian", () => {
  assert.deepEqual([...toBytes(Int16Array.of(1, -2, 0x1234))], [1, 0, 0xfe, 0xff, 0x34, 0x12]);
});

test("a WAV file says what it holds", async () => {
  const file = new DataView(await wavFile(new Blob([Uint8Array.of(1, 2, 3, 4)]), 16_000).arrayBuffer());
  assert.equal(file.byteLength, 48);
  assert.equal(file.getUint32(24, true), 16_000);
  assert.equal(file.getUint32(40, true), 4);
});
