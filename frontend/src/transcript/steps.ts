// Where the keys lead from word to word.

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** The word that a key leads to from another; null: the key is not for us. `firsts` are the first of each utterance. */
export function step(key: Key, from: number, firsts: readonly number[], count: number, rtl: boolean): number | null {
  if (key.shiftKey || key.altKey || count === 0) return null;
  const whole = key.ctrlKey || key.metaKey;
  const to = whole ? acrossAll(key.key, count) : within(key.key, from, firsts, count, rtl);
  return to === null ? null : Math.min(count - 1, Math.max(0, to));
}

function acrossAll(key: string, count: number): number | null {
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

function within(key: string, from: number, firsts: readonly number[], count: number, rtl: boolean): number | null {
  const here = firsts.findLastIndex((first) => first <= from);
  switch (key) {
    case "ArrowRight":
      return from + (rtl ? -1 : 1);
    case "ArrowLeft":
      return from - (rtl ? -1 : 1);
    case "ArrowDown":
      return firsts[here + 1] ?? from;
    case "ArrowUp":
      return (from > (firsts[here] ?? 0) ? firsts[here] : firsts[here - 1]) ?? from;
    case "Home":
      return firsts[here] ?? 0;
    case "End":
      return (firsts[here + 1] ?? count) - 1;
    default:
      return null;
  }
}
