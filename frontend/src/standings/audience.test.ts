import assert from "node:assert/strict";
import { test } from "node:test";
import { sentence, settled } from "./audience";

test("organizers are told that it is not public yet", () => {
  assert.equal(
    sentence({ stage: "open", voters: 2 }),
    "2 votes so far. Not public: only organizers see this until the event is published. It has no part in the ranking.",
  );
  assert.equal(
    sentence({ stage: "published", voters: 1 }),
    "1 vote. What the audience liked best; it has no part in the ranking.",
  );
  assert.match(sentence({ stage: "archived", voters: 0 }), /^Nobody voted\./);
});

test("once results are told nobody looks again", () => {
  assert.equal(settled({ stage: "frozen" }), false);
  assert.equal(settled({ stage: "published" }), true);
});
