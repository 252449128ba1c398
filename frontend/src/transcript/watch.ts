// Looks whether the server has written something new, and says so.
import { type Details, getJson, Refused } from "../common/api";
import { pause } from "../common/wait";

const SOON = 1_000; // ms between looks; a short pitch is written down within seconds
const LATER = 3_000;
const SOON_LOOKS = 30;

/** Until nothing more is awaited, or nothing may be looked at any more. A page that nobody sees does not look. */
export async function watch(
  path: string,
  awaits: () => boolean,
  changed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let known = "";
  for (let look = 0; awaits(); look++) {
    await pause(look < SOON_LOOKS ? SOON : LATER);
    if (signal.aborted) return;
    const now = document.hidden ? known : await standing(path, known);
    if (now === null) return;
    if (now !== known) await changed();
    known = now;
  }
}

/** What there is to read, in short; what was known where no answer came; null: it is gone, or not for us. */
async function standing(path: string, known: string): Promise<string | null> {
  try {
    const { status, transcript } = await getJson<Details>(path);
    return JSON.stringify([status, transcript]);
  } catch (error) {
    return error instanceof Refused && error.status >= 400 && error.status < 500 ? null : known;
  }
}
