// A reveal: one rank at a time, the best last.
import type { Row } from "../standings/board";

const NAMED = 4; // names on the screen at once: more cannot be read from the back

export interface Step {
  rank: number;
  rows: Row[];
  /** How many more share the rank than are named. */
  more: number;
}

/** The ranks from this one up to the first; those who share one are shown together. */
export function steps(standings: readonly Row[], from: number): Step[] {
  const found = new Map<number, Row[]>();
  for (const row of standings) if (row.rank <= from) found.set(row.rank, [...(found.get(row.rank) ?? []), row]);
  return [...found]
    .sort(([one], [other]) => other - one)
    .map(([rank, rows]) => ({ rank, rows: rows.slice(0, NAMED), more: Math.max(0, rows.length - NAMED) }));
}
