// What is heard, in the order it was said: what is settled never changes, what is moving may.
import type { Transcript } from "./live-link";

const PATIENCE = 2; // later utterances that are final: an earlier one that still moves will get no final any more
const REMEMBERED = 64; // ids of settled utterances; the server repeats only the latest
const UNSPACED =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u312f\\u3190-\\u9fff\\uf900-\\ufaff\\uff00-\\uff9f";
const ENDS = new RegExp(`[${UNSPACED}]$`);
const BEGINS = new RegExp(`^[${UNSPACED}]`);

export class Heard {
  #open: Transcript[] = [];
  readonly #settled: string[] = [];
  #last = "";

  /** Takes an utterance; what has settled by it, with the space that stands before it. */
  take(utterance: Transcript): string {
    if (this.#settled.includes(utterance.id)) return "";
    const place = this.#open.findIndex(({ id }) => id === utterance.id);
    if (place < 0) this.#open.push(utterance);
    else if (!this.#open[place]?.is_final) this.#open[place] = utterance;
    return this.#settle();
  }

  /** What may still change, with the space that stands before it. */
  get moving(): string {
    return this.#open.reduce((text, { text: next }) => text + spaced(text || this.#last, next), "");
  }

  #settle(): string {
    let settled = "";
    while (this.#open[0]?.is_final || this.#open.filter(({ is_final }) => is_final).length >= PATIENCE) {
      const { id, text } = this.#open.shift() as Transcript;
      this.#settled.push(id);
      if (this.#settled.length > REMEMBERED) this.#settled.shift();
      const next = spaced(this.#last, text);
      this.#last = next || this.#last;
      settled += next;
    }
    return settled;
  }
}

/** A text as it follows another: after a space, except in scripts that have none. */
function spaced(before: string, text: string): string {
  const next = text.trim();
  if (before === "" || next === "") return next;
  return ENDS.test(before) && BEGINS.test(next) ? next : ` ${next}`;
}

/** Words as lines break between them; a script without spaces breaks at any letter. */
export function pieces(text: string): string[] {
  return text.match(new RegExp(`\\s+|[${UNSPACED}]|[^\\s${UNSPACED}]+`, "gu")) ?? [];
}
