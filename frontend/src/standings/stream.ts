// The standings as they change: a stream where the server has one to spare, else asked for now and then.
import { getJson, Refused } from "../common/api";
import { pause } from "../common/wait";
import type { Board } from "./board";

const EVERY = 10_000; // ms between questions where there is no stream
const GONE = 8_000; // ms without a stream after which it is said: one that only ended is back by then
const LATER = 60_000; // ms until a stream is tried again

/** Calls `told` with every board, and `lost` with false and true as the connection comes and goes, until `signal`. */
export function follow(
  streamPath: string,
  readPath: string,
  told: (board: Board) => void,
  lost: (gone: boolean) => void,
  signal?: AbortSignal,
): void {
  const source = new EventSource(streamPath);
  let timer = 0;
  signal?.addEventListener("abort", () => {
    clearTimeout(timer);
    source.close();
  });
  source.addEventListener("open", () => {
    clearTimeout(timer);
    lost(false);
  });
  source.addEventListener("standings", (event) => told(JSON.parse(event.data) as Board));
  source.addEventListener("error", () => {
    clearTimeout(timer);
    // A stream that only ended comes back by itself; one that was refused does not.
    if (source.readyState === EventSource.CLOSED) void ask(streamPath, readPath, told, lost, signal);
    else timer = window.setTimeout(() => lost(true), GONE);
  });
}

async function ask(
  streamPath: string,
  readPath: string,
  told: (board: Board) => void,
  lost: (gone: boolean) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const until = performance.now() + LATER; performance.now() < until; await pause(EVERY)) {
    if (signal?.aborted) return;
    try {
      told(await getJson<Board>(readPath));
      lost(false);
    } catch (error) {
      lost(!(error instanceof Refused) || error.status === 0 || error.status >= 500);
    }
  }
  if (!signal?.aborted) follow(streamPath, readPath, told, lost, signal);
}
