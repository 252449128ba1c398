const FIRST = 250; // ms
const LONGEST = 8_000; // ms; a speaker should not wait longer than that after the network is back

/** Twice as long each time, and half of it by chance, so that a hall full of phones does not return as one. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST, FIRST * 2 ** attempt);
  return whole / 2 + (random() * whole) / 2;
}
