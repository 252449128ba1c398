import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { Found, Kept } from "../keep/kept";
import type { Store } from "../keep/store";
import { Take } from "./take";

const KEPT = { session: "s", rate: 16_000, base: null, stored: 0, sent: 0 } as Kept;
const FOUND: Found = { ...KEPT, base: 0, stored: 3200, sent: 3200, from: 0, to: 9600 };

let done: [string, ...unknown[]][] = [];
let silent = false;

/** A device that notes what is asked of it, and answers nothing while it is silent. */
const store = new Proxy({} as Store, {
  get:
    (_, verb: string) =>
    async (...values: unknown[]) => {
      if (silent) throw new DOMException("The device does not answer.", "TimeoutError");
      done.push([verb, ...values]);
      return verb === "hold" ? { from: 0, to: 0, ...(values[0] as Kept) } : 0;
    },
});

beforeEach(() => {
  [done, silent] = [[], false];
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(globalThis, { window: globalThis, navigator: {} });
});

afterEach(() => mock.timers.reset());

const verbs = (): string[] => done.map(([verb]) => verb);

test("an earlier recording that cannot be had is not gone on without", async () => {
  silent = true;
  await assert.rejects(Take.hold(store, FOUND));
});

test("a new recording needs no device, and takes nothing from one that keeps something else", async () => {
  silent = true;
  const take = await Take.hold(store, KEPT);
  assert.equal(take.append(new Uint8Array(640)), true);
  silent = false;
  await take.forget();
  assert.deepEqual(verbs(), []);
});

test("the last sound is handed over when no more will come", async () => {
  const take = await Take.hold(store, KEPT);
  take.append(new Uint8Array(640)); // 20 ms
  assert.equal(take.saved, true);
  take.finish();
  assert.equal(take.saved, false);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(verbs().includes("append"));
  assert.equal(take.saved, true);
});

test("new sound does not take the place of what an earlier page may have sent", async () => {
  const take = await Take.hold(store, { ...FOUND, sent: 12_800 });
  take.append(new Uint8Array(640));
  assert.equal(take.end, 12_800 + 640);
});
