import assert from "node:assert/strict";
import { test } from "node:test";
import { Resampler } from "./resample";

function tone(frequency: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, n) => Math.sin((2 * Math.PI * frequency * n) / rate));
}

function run(from: number, to: number, input: Float32Array, block = 128): Float32Array {
  const resampler = new Resampler(from, to);
  const parts: number[] = [];
  for (let at = 0; at < input.length; at += block) parts.push(...resampler.push(input.subarray(at, at + block)));
  return Float32Array.from(parts);
}

/** Level of a unit sine after resampling, in dB, without the filter's first milliseconds. */
function level(frequency: number, from: number, to: number): number {
  const out = run(from, to, tone(frequency, from, 0.5)).subarray(400);
  const power = out.reduce((sum, value) => sum + value * value, 0) / out.length;
  return 10 * Math.log10(2 * power);
}

for (const [from, to] of [
  [48_000, 16_000],
  [44_100, 16_000],
  [96_000, 16_000],
] as const) {
  test(`${from} to ${to} Hz passes the voice and stops what would fold`, () => {
    for (const frequency of [100, 440, 1000, 3000, 5000, 6500, 7000]) {
      const ripple = level(frequency, from, to);
      assert.ok(Math.abs(ripple) < 0.5, `${frequency} Hz is off by ${ripple} dB`);
    }
    for (const frequency of [8700, 9000, 10_000, 12_000, 15_000, 17_000, 20_000]) {
      const leak = level(frequency, from, to);
      assert.ok(leak < -60, `${frequency} Hz leaks at ${leak} dB`);
    }
  });
}

test("a microphone below the session's rate is brought up without images", () => {
  assert.ok(Math.abs(level(1000, 44_100, 48_000)) < 0.1);
  assert.ok(Math.abs(level(1000, 8000, 16_000)) < 0.1);
});

test("equal rates change nothing", () => {
  const input = tone(1000, 48_000, 0.1);
  assert.deepEqual(run(48_000, 48_000, input), input);
});

test("ten minutes give exactly ten minutes", () => {
  for (const [from, to] of [
    [48_000, 16_000],
    [44_100, 16_000],
    [44_100, 48_000],
  ] as const) {
    const resampler = new Resampler(from, to);
    const silence = new Float32Array(from / 10);
    let count = 0;
    for (let block = 0; block < 600; block++) count += resampler.push(silence).length;
    assert.equal(count, to * 60);
  }
});

test("blocks join without a seam, whatever their size", () => {
  const input = tone(997, 44_100, 0.5);
  const whole = run(44_100, 16_000, input, input.length);
  for (const block of [1, 128, 333, 1024]) assert.deepEqual(run(44_100, 16_000, input, block), whole);
  let step = 0;
  for (let n = 401; n < whole.length; n++) step = Math.max(step, Math.abs((whole[n] ?? 0) - (whole[n - 1] ?? 0)));
  assert.ok(step <= ((2 * Math.PI * 997) / 16_000) * 1.01, `a jump of ${step} would be heard as a click`);
});

test("a constant stays what it is", () => {
  const out = run(44_100, 16_000, new Float32Array(44_100).fill(0.5)).subarray(400);
  assert.ok(out.every((value) => Math.abs(value - 0.5) < 1e-4));
});
