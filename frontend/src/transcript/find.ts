// Finding in what was said: without regard to case and accents, also across words.

/** A match: its words from the first to the last. */
export interface Hit {
  first: number;
  last: number;
}

interface Paragraph {
  folded: string;
  /** By letter of `folded`: the number of its word, -1 between words. */
  words: Int32Array;
}

/** Letters that Unicode does not take apart, and people type without. */
const PLAIN: Readonly<Record<string, string>> = { ø: "o", đ: "d", ł: "l", ı: "i", ß: "ss", æ: "ae", œ: "oe" };

/** As it is compared: no case, no accents, one kind of space, quotes and dashes as typed on a keyboard. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[øđłıßæœ]/g, (letter) => PLAIN[letter] ?? letter)
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2010-\u2014]/g, "-")
    .replace(/\s/g, " ");
}

export class Haystack {
  readonly #paragraphs: Paragraph[] = [];

  /** Pieces of a paragraph in order: a word with its number, or what stands between words. */
  add(pieces: Iterable<{ text: string; word: number }>): void {
    let folded = "";
    const words: number[] = [];
    for (const { text, word } of pieces) {
      const piece = fold(text);
      folded += piece;
      for (let letter = 0; letter < piece.length; letter++) words.push(word);
    }
    this.#paragraphs.push({ folded, words: Int32Array.from(words) });
  }

  find(query: string): Hit[] {
    const wanted = fold(query).trim();
    return wanted === "" ? [] : this.#paragraphs.flatMap((paragraph) => hits(paragraph, wanted));
  }
}

function hits({ folded, words }: Paragraph, wanted: string): Hit[] {
  const found: Hit[] = [];
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
    const met = words.subarray(at, at + wanted.length).filter((word) => word >= 0);
    const [first, last] = [met[0], met.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (found.at(-1)?.first !== first) found.push({ first, last }); // twice in one word is one place to look at
  }
  return found;
}

/** The match to go to first: at a word or after it, else from the start again. */
export function nearest(found: readonly Hit[], word: number): number {
  const place = found.findIndex((hit) => hit.last >= word);
  return place < 0 ? 0 : place;
}
