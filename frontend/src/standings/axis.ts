// One axis of places for all rows: where bars and their labels stand.

export interface Axis {
  /** Places that are labelled. */
  ticks: number[];
  /** Where a place is, 0 to 1. */
  at: (place: number) => number;
}

const STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000];
const MOST = 5; // labels behind the first; more do not fit a phone

/** An axis down to the last place that any bar reaches. */
export function axis(last: number): Axis {
  const end = Math.max(2, last);
  const step = STEPS.find((size) => end / size <= MOST) ?? end;
  const ticks = [1];
  for (let place = step === 1 ? 2 : step; place <= last; place += step) ticks.push(place);
  return { ticks, at: (place) => (place - 1) / (end - 1) };
}

/** Lines behind the bars, one a tick. */
export function lines({ ticks, at }: Axis): string {
  return ticks
    .map((place) => `linear-gradient(var(--line) 0 0) ${(100 * at(place)).toFixed(2)}% 0 / 1px 100% no-repeat`)
    .join(", ");
}
