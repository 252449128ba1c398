// Waiting for what the server is making.
import { type Details, getJson, Refused } from "./api";

const QUICK = 75; // ms; a stored recording can be played within a second, so the first looks come close together
const CALM = 500;
const QUICK_LOOKS = 30;

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Asks for a session's details until they satisfy, telling of every answer. Outages are waited out; a refusal
 * (no such session, not allowed) ends it.
 */
export async function until(
  path: string,
  token: string | null,
  satisfied: (details: Details) => boolean,
  told: (details: Details | null) => void = () => {},
  signal?: AbortSignal,
): Promise<Details> {
  for (let look = 0; ; look++) {
    const details = await oneLook(path, token);
    signal?.throwIfAborted();
    told(details);
    if (details !== null && satisfied(details)) return details;
    await pause(look < QUICK_LOOKS ? QUICK : CALM);
  }
}

async function oneLook(path: string, token: string | null): Promise<Details | null> {
  try {
    return await getJson<Details>(path, token);
  } catch (error) {
    if (error instanceof Refused && (error.status === 0 || error.status >= 500 || error.status === 429)) return null;
    throw error;
  }
}

/** Either it can be played or it never will. */
export const playableOrFailed = (details: Details): boolean =>
  details.playback_url !== null || details.status === "failed";
