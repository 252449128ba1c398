// The sound of pitches on this device, so that they can be heard without a network. Only over HTTPS and on localhost.
import { type Details, getJson } from "../common/api";
import type { Peaks } from "../wave/shape";
import type { Task } from "./order";

export const CACHE = "judging-sound";
const AHEAD = 12; // pitches; an hour of listening, about 20 MB
const LARGEST = 40 << 20; // bytes of one; what is larger is heard over the network only

const soundAt = (session: string): string => `/judging/sound/${session}`;
const peaksAt = (session: string): string => `/judging/peaks/${session}`;

const shelf = async (): Promise<Cache | null> => (typeof caches === "undefined" ? null : caches.open(CACHE));

export async function keptSound(session: string): Promise<Blob | null> {
  const found = await (await shelf())?.match(soundAt(session));
  return found === undefined ? null : found.blob();
}

export async function keptPeaks(session: string): Promise<Peaks | null> {
  const found = await (await shelf())?.match(peaksAt(session));
  return found === undefined ? null : ((await found.json()) as Peaks);
}

let fetching = false;
let full = false;

/** Lets go of all of it, for good while this page is open: what is scored needs the room. */
export async function makeRoom(): Promise<void> {
  full = true;
  if (typeof caches !== "undefined") await caches.delete(CACHE).catch(() => false);
}

/** Fetches what comes next, one at a time, and lets go of all else. */
export async function keepSounds(ahead: readonly Task[]): Promise<void> {
  const cache = await shelf().catch(() => null);
  if (cache === null || fetching || savesData()) return;
  fetching = true;
  const next = ahead.slice(0, AHEAD).map(({ pitch }) => pitch);
  await drop(cache, new Set(next.map(({ session_id }) => session_id))).catch(() => {});
  for (const { status, session_id } of next) {
    if (status === "completed" && !full) await keep(cache, session_id).catch(noteFull);
  }
  fetching = false;
}

/** No network, or a storage that lets no script read: the pitch is heard over the network, and the next is tried. */
function noteFull(error: unknown): void {
  full ||= error instanceof DOMException && error.name === "QuotaExceededError"; // or each would be fetched all day
}

async function keep(cache: Cache, session: string): Promise<void> {
  if ((await cache.match(soundAt(session))) !== undefined) return;
  const {
    playback_url,
    peaks_url,
    audio_size = 0,
    download_size,
  } = await getJson<Details>(`/pitches/${session}/details`);
  if (playback_url === null || (download_size ?? audio_size) > LARGEST) return;
  if (peaks_url) await cache.put(peaksAt(session), await whole(peaks_url));
  await cache.put(soundAt(session), await whole(playback_url));
}

async function whole(url: string): Promise<Response> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error("It could not be fetched.");
  return answer;
}

async function drop(cache: Cache, wanted: ReadonlySet<string>): Promise<void> {
  for (const { url } of await cache.keys()) {
    const session = new URL(url).pathname.split("/").at(-1) ?? "";
    if (!wanted.has(session)) await cache.delete(url);
  }
}

const savesData = (): boolean =>
  (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;
