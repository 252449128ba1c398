// What a criterion's scale looks like, and its words.
import type { Criterion } from "./model";

const MOST = 11; // columns that fit 320 px
const THIN = "\u2009";

/** The steps of a scale that has few enough; null: it is a field. */
export function steps({ min, max }: Criterion): number[] | null {
  const count = max - min + 1;
  if (!Number.isInteger(min) || !Number.isInteger(max) || count < 2 || count > MOST) return null;
  return Array.from({ length: count }, (_, step) => min + step);
}

/** Where a finger is on the scale, as the step below it; `share` is its place from left to right. */
export function stepAt(all: readonly number[], share: number): number {
  const place = Math.floor(share * all.length);
  return all[Math.min(all.length - 1, Math.max(0, place))] as number;
}

/** The words of a score: those of the anchor at it or next below; without a score, those of both ends. */
export function anchorWords(criterion: Criterion, value: number | null): string {
  const anchors = [...criterion.anchors].sort((one, other) => one.value - other.value);
  const [lowest, highest] = [anchors[0], anchors.at(-1)];
  if (lowest === undefined || highest === undefined) return criterion.description ?? "";
  if (value !== null) return (anchors.findLast((anchor) => anchor.value <= value) ?? lowest).text;
  if (lowest === highest) return `${lowest.value}: ${lowest.text}`;
  return `${lowest.value}: ${ended(lowest.text)} ${highest.value}: ${ended(highest.text)}`;
}

/** A criterion's part of the whole, `30 %`. */
export function shareWords(criterion: Criterion, all: readonly Criterion[]): string {
  const sum = all.reduce((total, { weight }) => total + weight, 0);
  return `${Math.round((100 * criterion.weight) / sum)}${THIN}%`;
}

const ended = (sentence: string): string => (/[.!?…]$/.test(sentence) ? sentence : `${sentence}.`);
