// The running order as pages follow it, and the times in it as they are said.
import { clock } from "../common/format";

export interface Slot {
  id: string;
  team: string;
  /** Milliseconds; null: the order has no times. */
  begins: number | null;
  ends: number | null;
}

export interface Stage {
  now: Slot | null;
  /** The next ones, soonest first. */
  next: Slot[];
  /** Seconds. */
  slot: number;
  /** The server's time. */
  at: number;
}

export const NOBODY: Stage = { now: null, next: [], slot: 0, at: 0 };

/** Says the clock time of a moment in the event's zone. */
export function hours(zone: string): (moment: number) => string {
  const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  return (moment) => format.format(moment);
}

/** `0:19` while there is time left, `+0:07` behind it. */
export function countdown(left: number): string {
  return left >= 0 ? clock(Math.ceil(left)) : `+${clock(-left)}`;
}
