// The words of the page, as the server wrote them: one span each, times in a line beside their paragraph.

export class Text {
  readonly words: HTMLElement[] = [];
  /** Seconds. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** The number of the first word of each utterance. */
  readonly firsts: number[] = [];
  readonly #numbers = new Map<Element, number>();

  constructor(said: HTMLElement) {
    for (const utterance of said.querySelectorAll<HTMLElement>(".utterance")) {
      const times = (utterance.dataset.times ?? "").split(" ").map((milliseconds) => Number(milliseconds) / 1000);
      this.firsts.push(this.words.length);
      for (const [index, word] of utterance.querySelectorAll<HTMLElement>("p > span").entries()) {
        this.#numbers.set(word, this.words.length);
        this.words.push(word);
        this.starts.push(times[2 * index] ?? 0);
        this.ends.push(times[2 * index + 1] ?? 0);
      }
    }
  }

  /** The number of the word that an event met; -1: none. */
  number(target: EventTarget | null): number {
    const word = target instanceof Element ? target.closest("p > span") : null;
    return (word === null ? undefined : this.#numbers.get(word)) ?? -1;
  }
}

/** Whose word it is: what the server calls its utterance, and the word's place in it. */
export function place(word: HTMLElement): { utterance_id: string; index: number } {
  const utterance = word.closest<HTMLElement>(".utterance");
  const words = [...(utterance?.querySelectorAll("p > span") ?? [])];
  return { utterance_id: utterance?.dataset.id ?? "", index: words.indexOf(word) };
}
