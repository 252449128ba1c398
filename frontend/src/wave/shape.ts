// From many columns to few bars: one pitch has one silhouette at every size.

/** `peaks.json`: per column the mean and the largest amplitude, in thousandths of full scale. */
export interface Peaks {
  version: number;
  duration: number;
  bins: number;
  mean: number[];
  max: number[];
}

const FEW = 8; // columns a bar; below, a maximum says more about a bar than it does about a long stretch
const QUIET = 1; // thousandths of full scale; a recording below it is silent and must not be blown up into a wave

/**
 * Heights from 0 to 1. Naive maxima turn small waves into caterpillars, so a bar is mostly mean; the 6th to
 * 98.5th percentile is stretched over the height, exponent 1.25.
 */
export function shape(peaks: Pick<Peaks, "mean" | "max">, bars: number): number[] {
  const columns = peaks.mean.length;
  if (columns === 0 || bars <= 0) return [];
  const share = columns / bars <= FEW ? 0.6 : 0.85;
  const raw = Array.from({ length: bars }, (_, bar) => {
    const from = Math.floor((bar * columns) / bars);
    const to = Math.max(Math.floor(((bar + 1) * columns) / bars), from + 1);
    return share * mean(peaks.mean, from, to) + (1 - share) * largest(peaks.max, from, to);
  });
  const sorted = [...raw].sort((a, b) => a - b);
  if ((sorted.at(-1) ?? 0) < QUIET) return raw.map(() => 0);
  const high = Math.max(QUIET, percentile(sorted, 0.985));
  // An even sound, such as a tone, has no small waves to stretch: it stays a full band instead of vanishing.
  const low = Math.min(percentile(sorted, 0.06), high / 2);
  return raw.map((value) => clamp((value - low) / (high - low)) ** 1.25);
}

/** Other numbers of bars from heights that are already a silhouette. */
export function resize(heights: readonly number[], bars: number): number[] {
  return Array.from({ length: bars }, (_, bar) => {
    const from = Math.floor((bar * heights.length) / bars);
    const to = Math.max(Math.floor(((bar + 1) * heights.length) / bars), from + 1);
    return mean(heights, from, to);
  });
}

function mean(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index] ?? 0;
  return sum / (to - from);
}

function largest(values: readonly number[], from: number, to: number): number {
  let most = 0;
  for (let index = from; index < to; index++) most = Math.max(most, values[index] ?? 0);
  return most;
}

/** Linear between the two nearest, as numpy does. */
function percentile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
