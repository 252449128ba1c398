import assert from "node:assert/strict";
import { test } from "node:test";
import { type Live, UnderWay } from "./under-way";

const live = (more: Partial<Live>): Live => ({
  id: "1",
  team: "Kelpline",
  title: "Seaweed",
  stored: 10,
  limit: 180,
  silent: null,
  peaks: [],
  first: 0,
  ...more,
});

test("the clock goes on between two steps, and no further than it may", () => {
  let now = 0;
  const under = new UnderWay(live({}), () => now);
  now = 2000;
  assert.equal(under.elapsed, 12);
  under.told(live({})); // nothing new is stored
  assert.equal(under.elapsed, 12);
  now = 60_000;
  assert.equal(under.elapsed, 15);
  under.told(live({ stored: 70 }));
  assert.equal(under.elapsed, 70);
  under.told(live({ stored: 70, silent: 30 }));
  now = 63_000;
  assert.equal(under.elapsed, 70);
});

test("what is told twice is heard once, and the newest bar may grow", () => {
  const under = new UnderWay(live({ peaks: [6000, 3000, 60], first: 4 }), () => 0);
  assert.equal(under.bars.length, 3);
  under.told(live({ peaks: [3000, 6000, 6000], first: 5 }));
  assert.deepEqual(
    under.bars.map((height) => height.toFixed(2)),
    ["1.00", "0.54", "1.00", "1.00"],
  );
});

test("after a gap nothing is made up", () => {
  const under = new UnderWay(live({ peaks: [6000, 6000], first: 0 }), () => 0);
  under.told(live({ peaks: [3000], first: 40 }));
  assert.equal(under.bars.length, 1);
});

test("how loud it is, is said", () => {
  const told = (peak: number): string => new UnderWay(live({ peaks: Array(24).fill(peak) }), () => 0).level;
  assert.deepEqual([told(32_768), told(8000), told(200), told(10)], ["loud", "good", "quiet", "silent"]);
  assert.equal(new UnderWay(live({ peaks: Array(24).fill(8000), silent: 40 }), () => 0).level, "none");
});
