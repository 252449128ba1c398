import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

// All pages are styled by one file, so what two rooms call alike takes each other's pages apart.
test("a class is styled in one room only, and for print", () => {
  const rooms = new Map<string, Set<string>>();
  for (const file of readdirSync("css").filter((name) => name.endsWith(".css") && name !== "print.css")) {
    const rules = readFileSync(`css/${file}`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [, selectors = ""] of rules.matchAll(/(?:^|[{}])\s*([^{}@]+)\{/g)) {
      for (const selector of selectors.split(",").map((one) => one.trim())) {
        if (!/^\.[a-z0-9-]+$/.test(selector)) continue;
        const room = file.split(/[.-]/)[0] ?? file;
        rooms.set(selector, (rooms.get(selector) ?? new Set()).add(room));
      }
    }
  }
  const shared = [...rooms].filter(([, found]) => found.size > 1).map(([name, found]) => `${name}: ${[...found]}`);
  assert.ok(rooms.size > 100);
  assert.deepEqual(shared, []);
});
