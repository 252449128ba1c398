import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, Haystack, nearest } from "./find";

function haystack(...paragraphs: string[]): Haystack {
  const all = new Haystack();
  let number = 0;
  for (const paragraph of paragraphs) {
    all.add(paragraph.split(/( )/).map((text) => ({ text, word: text === " " ? -1 : number++ })));
  }
  return all;
}

test("case and accents do not matter, in the text or in the question", () => {
  const all = haystack("Ørsted’s Geist über Müll", "a café for CAFÉ owners");
  assert.deepEqual(all.find("MULL"), [{ first: 3, last: 3 }]);
  assert.deepEqual(
    all.find("cafe").map((hit) => hit.first),
    [5, 7],
  );
  assert.deepEqual(all.find("orsted's"), [{ first: 0, last: 0 }]);
});

test("a match may begin and end within words, and go over several", () => {
  const all = haystack("hundred people picked up last month");
  assert.deepEqual(all.find("eople pic"), [{ first: 1, last: 2 }]);
  assert.deepEqual(all.find("up  last"), []);
});

test("a match never goes over paragraphs, and twice in a word is one place", () => {
  const all = haystack("ends here", "here banana");
  assert.deepEqual(all.find("here here"), []);
  assert.deepEqual(all.find("an"), [{ first: 3, last: 3 }]);
});

test("scripts without spaces are found by any letters", () => {
  const all = new Haystack();
  all.add([..."我们保护方言"].map((text, word) => ({ text, word })));
  assert.deepEqual(all.find("保护"), [{ first: 2, last: 3 }]);
  const arabic = haystack("هاتِف يحفظ لهجة");
  assert.deepEqual(arabic.find("هاتف"), [{ first: 0, last: 0 }]);
});

test("nothing asked, nothing found", () => {
  assert.deepEqual(haystack("a b").find("  "), []);
});

test("folding keeps what stands for itself", () => {
  assert.equal(fold("“Don’t” \u2013 1\u00a0000"), '"don\'t" - 1 000');
});

test("the search begins where one listens", () => {
  const found = [2, 5, 9].map((word) => ({ first: word, last: word }));
  assert.deepEqual([nearest(found, 0), nearest(found, 5), nearest(found, 6), nearest(found, 10)], [0, 1, 2, 0]);
});
