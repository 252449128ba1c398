import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { Keeping } from "../keep/keeping";
import { type LiveEvents, LiveLink, OVERTAKEN } from "./live-link";
import { Unacknowledged } from "./unacknowledged";

/** A WebSocket without a wire: what a browser would hand us, in the order the test says. */
class Wire extends EventTarget {
  static OPEN = 1;
  static all: Wire[] = [];
  readyState = 1;
  bufferedAmount = 0;
  sent: (string | ArrayBuffer)[] = [];

  constructor(readonly url: string) {
    super();
    Wire.all.push(this);
  }

  send(data: string | ArrayBuffer): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }

  say(message: object): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }

  drop(code: number, reason = ""): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
  }

  get frames(): [number, number][] {
    return this.sent
      .filter((data): data is ArrayBuffer => data instanceof ArrayBuffer)
      .map((data) => [Number(new DataView(data).getBigUint64(0)), data.byteLength - 8]);
  }

  get texts(): unknown[] {
    return this.sent.filter((data) => typeof data === "string").map((data) => JSON.parse(data));
  }
}

const ready = (offset: number): object => ({ type: "ready", offset, sample_rate: 16_000, max_frame: 65_536 });

let told: unknown[][] = [];
let links: LiveLink[] = [];

function begin(bytes = new Unacknowledged()): { link: LiveLink; bytes: Unacknowledged; wire: Wire } {
  const events = new Proxy({} as LiveEvents, {
    get:
      (_, name) =>
      (...values: unknown[]) =>
        told.push([name, ...values]),
  });
  const link = new LiveLink("ws://x/live", 16_000, bytes, events);
  links.push(link);
  return { link, bytes, wire: Wire.all.at(-1) as Wire };
}

function speak(bytes: Unacknowledged, link: LiveLink, count: number): void {
  bytes.append(new Uint8Array(count));
  link.push();
}

beforeEach(() => {
  told = [];
  Wire.all = [];
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  Object.assign(globalThis, { WebSocket: Wire, window: Object.assign(new EventTarget(), { setTimeout, setInterval }) });
});

afterEach(() => {
  for (const link of links) link.close();
  links = [];
  mock.timers.reset();
});

test("nothing is sent before ready, then frames of 100 ms with their offsets", () => {
  const { link, bytes, wire } = begin();
  speak(bytes, link, 6400);
  assert.deepEqual(wire.frames, []);
  wire.say(ready(0));
  assert.deepEqual(wire.frames, [
    [0, 3200],
    [3200, 3200],
  ]);
});

test("acknowledged bytes are let go, others are kept", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 6400);
  wire.say({ type: "ack", offset: 3200 });
  assert.equal(bytes.start, 3200);
  assert.deepEqual(told.at(-1), ["stored", 3200]);
});

test("after a cut it resumes from the server's offset", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 9600);
  wire.say({ type: "ack", offset: 3200 });
  wire.drop(1006);
  mock.timers.tick(250);
  const next = Wire.all.at(-1) as Wire;
  assert.notEqual(next, wire);
  next.say(ready(6400));
  assert.deepEqual(next.frames, [[6400, 3200]]);
  assert.equal(bytes.start, 6400);
});

test("a gap rewinds without letting go of anything", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 9600);
  wire.say(ready(3200));
  assert.equal(bytes.start, 0);
  assert.deepEqual(wire.frames.slice(3), [
    [3200, 3200],
    [6400, 3200],
  ]);
});

test("stop comes after the last byte, and again after a cut", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 3300);
  link.finish();
  assert.deepEqual(wire.frames.at(-1), [3200, 100]);
  assert.deepEqual(wire.texts, [{ type: "stop", offset: 3300 }]);
  wire.drop(1012);
  mock.timers.tick(250);
  const next = Wire.all.at(-1) as Wire;
  next.say(ready(3300));
  assert.deepEqual(next.texts, [{ type: "stop", offset: 3300 }]);
  next.say({ type: "stopped", offset: 3300, status: "processing" });
  assert.deepEqual(told.at(-1), ["stopped"]);
});

test("a stop whose answer was lost is still a stop", () => {
  const { link, wire } = begin();
  wire.say(ready(0));
  link.finish();
  wire.drop(4410);
  assert.deepEqual(told.at(-1), ["stopped"]);
});

test("a takeover ends it and no attempt follows", () => {
  const { wire } = begin();
  wire.say(ready(0));
  wire.drop(4409);
  mock.timers.tick(60_000);
  assert.equal(Wire.all.length, 1);
  assert.deepEqual(told.at(-1), ["ended", 4409]);
});

test("a server that lost what it acknowledged is told from one that is behind", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 6400);
  wire.say({ type: "ack", offset: 6400 });
  wire.drop(1006);
  mock.timers.tick(250);
  (Wire.all.at(-1) as Wire).say(ready(3200));
  assert.deepEqual(told.at(-1), ["ended", 0]);
});

test("what the server lost again, and the device still has, is sent again", async () => {
  const sound = new Uint8Array(6400);
  const device = {
    from: 0,
    kept: 6400,
    note: async () => true,
    read: async (from: number, to: number) => sound.slice(from, to),
  };
  const bytes = new Unacknowledged(device as unknown as Keeping, { base: 0, stored: 6400, sent: 6400, to: 6400 });
  const { wire, link } = begin(bytes);
  link.finish();
  wire.say(ready(3200));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(wire.frames, [[3200, 3200]]);
  assert.deepEqual(wire.texts, [{ type: "stop", offset: 6400 }]);
});

test("a stop that was somebody else's, with bytes missing, is told", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 6400);
  link.finish();
  wire.drop(4410);
  assert.deepEqual(told.at(-1), ["ended", 4410]);
});

test("a server with more than was said here was fed by another", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 3200);
  wire.drop(1006);
  mock.timers.tick(250);
  (Wire.all.at(-1) as Wire).say(ready(3202));
  assert.deepEqual(told.at(-1), ["ended", OVERTAKEN]);
});

test("whoever went on within what is only here is told from us", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 3200);
  wire.drop(1006);
  speak(bytes, link, 6400);
  mock.timers.tick(250);
  (Wire.all.at(-1) as Wire).say(ready(6400));
  assert.deepEqual(told.at(-1), ["ended", OVERTAKEN]);
  assert.equal(bytes.stored, 0);
});

test("whoever comes back says how far it sent, and is told that somebody else is at it", () => {
  const { link, bytes, wire } = begin();
  assert.equal(wire.url, "ws://x/live");
  wire.say(ready(3200));
  speak(bytes, link, 6400);
  wire.say({ type: "ack", offset: 6400 });
  wire.drop(1006);
  mock.timers.tick(250);
  const next = Wire.all.at(-1) as Wire;
  assert.equal(next.url, "ws://x/live?sent=9600");
  next.drop(4409, "overtaken");
  assert.deepEqual(told.at(-1), ["ended", OVERTAKEN]);
  assert.equal(bytes.sent, 6400); // what was under way may have been theirs
});

test("what was acknowledged beyond what was sent is somebody else's", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 3300);
  wire.say({ type: "ack", offset: 3202 });
  assert.deepEqual(told.at(-1), ["ended", OVERTAKEN]);
  assert.equal(bytes.stored, 0);
});

test("a pause sends also what does not fill a frame", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  speak(bytes, link, 4000);
  assert.deepEqual(wire.frames, [[0, 3200]]);
  link.pause();
  assert.deepEqual(wire.frames.at(-1), [3200, 800]);
  speak(bytes, link, 100);
  assert.equal(wire.frames.length, 2);
});

test("a page that comes back tells it, too, from what it has noted", () => {
  const device = { from: 0, kept: 9600, note: async () => true };
  const bytes = new Unacknowledged(device as unknown as Keeping, { base: 0, stored: 0, sent: 3200, to: 9600 });
  const { wire } = begin(bytes);
  wire.say(ready(6400));
  assert.deepEqual(told.at(-1), ["ended", OVERTAKEN]);
});

test("of a page that died the server may have a little more than the device", () => {
  const bytes = new Unacknowledged(null, { base: 0, stored: 0, sent: 8000, to: 6400 });
  const { link, wire } = begin(bytes);
  wire.say(ready(8000));
  speak(bytes, link, 3200);
  assert.deepEqual(wire.frames, [[8000, 3200]]);
});

test("without a network it does not wait for the connection to notice", () => {
  const { wire } = begin();
  wire.say(ready(0));
  window.dispatchEvent(new Event("offline"));
  assert.equal(wire.readyState, 3);
  assert.deepEqual(told.at(-1), ["connected", false]);
  window.dispatchEvent(new Event("online"));
  mock.timers.tick(1);
  assert.equal(Wire.all.length, 2);
});

test("a full network stack is not filled further", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(0));
  wire.bufferedAmount = 1 << 20;
  speak(bytes, link, 32_000);
  assert.deepEqual(wire.frames, []);
  wire.bufferedAmount = 0;
  mock.timers.tick(50);
  assert.equal(
    (wire.frames as [number, number][]).reduce((sum, [, length]) => sum + length, 0),
    32_000,
  );
});

test("a new tab goes on where the last one was", () => {
  const { link, bytes, wire } = begin();
  wire.say(ready(64_000));
  assert.deepEqual(told[0], ["begun", 64_000]);
  speak(bytes, link, 3200);
  assert.deepEqual(wire.frames, [[64_000, 3200]]);
});

test("what a new tab heard before the server answered is not lost", () => {
  const bytes = new Unacknowledged();
  const { link, wire } = begin(bytes);
  speak(bytes, link, 3200);
  wire.say(ready(64_000));
  assert.deepEqual(wire.frames, [[64_000, 3200]]);
});
