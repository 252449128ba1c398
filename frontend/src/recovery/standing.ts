// What the server makes of a recording that is on this device.
import { type Details, getJson, Refused } from "../common/api";
import { until } from "../common/wait";
import type { Kept } from "../keep/kept";

const HEAD = 44; // bytes of a WAV file before its sound

export type Standing =
  /** It takes more, or cannot be asked just now. */
  | { is: "open" }
  /** It was stopped with so many bytes that were sent from here, and with more that `others` said. */
  | { is: "stopped"; stored: number; others?: boolean }
  /** Somebody else went on with it. */
  | { is: "overtaken" }
  | { is: "expired" }
  | { is: "deleted" }
  /** It does not take this any more, for whatever reason. */
  | { is: "refused"; code: string };

export async function standing({ details, token, sent }: Kept): Promise<Standing> {
  try {
    const { status } = await getJson<Details>(details, token);
    if (status === "recording") return { is: "open" };
    const settled = await until(details, token, (now) => (now.audio_size ?? 0) > 0 || now.status === "failed");
    const stored = settled.source === "live" ? Math.max(0, (settled.audio_size ?? 0) - HEAD) : 0;
    return { is: "stopped", stored: Math.min(stored, sent), others: stored > sent };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401 || error.status === 403) return { is: "expired" };
    return error.status === 404 ? { is: "deleted" } : { is: "open" };
  }
}

/** Stopped, with every byte of this one: nothing of it is needed here. */
export async function isComplete(kept: Kept, end: number): Promise<boolean> {
  const now = await standing(kept);
  return now.is === "stopped" && now.stored >= end;
}
