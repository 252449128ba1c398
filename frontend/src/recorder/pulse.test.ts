import assert from "node:assert/strict";
import { test } from "node:test";
import { Pulse } from "./pulse";

const BLOCK = 0.02;

/** Hears blocks from one moment to another, all arriving in time. */
function listen(pulse: Pulse, from: number, to: number): number {
  let missing = 0;
  for (let now = from; now < to; now += BLOCK * 1000) missing += pulse.heard(BLOCK, now);
  return missing;
}

test("sound that comes in time misses nothing, for an hour", () => {
  assert.equal(listen(new Pulse(), 1000, 3_600_000), 0);
});

test("what a slow page gets late is not missing", () => {
  const pulse = new Pulse();
  listen(pulse, 0, 5_000);
  for (let late = 0; late < 500; late++) assert.equal(pulse.heard(BLOCK, 15_000 + late / 100), 0);
  assert.equal(listen(pulse, 15_020, 20_000), 0);
});

test("what was never heard is told once, with its length", () => {
  const pulse = new Pulse();
  listen(pulse, 0, 5_000);
  const missing = listen(pulse, 25_000, 30_000);
  assert.ok(Math.abs(missing - 20) < 0.1, `${missing}`);
  assert.equal(listen(pulse, 30_000, 60_000), 0);
});

test("a microphone whose clock is slower is not asleep", () => {
  const pulse = new Pulse();
  let missing = 0;
  for (let block = 0; block < 180_000; block++) missing += pulse.heard(BLOCK, block * 20.004);
  assert.equal(missing, 0);
});

test("three seconds of looking without any sound are a microphone asleep", () => {
  const pulse = new Pulse();
  pulse.heard(BLOCK, 0);
  const told = Array.from({ length: 14 }, () => pulse.look());
  assert.equal(told.indexOf(true), 11);
  pulse.heard(BLOCK, 10_000);
  assert.equal(pulse.look(), false);
});
