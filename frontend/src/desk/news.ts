// What happens meanwhile: asked for every few seconds, while somebody looks.
import { getJson } from "../common/api";
import { pause } from "../common/wait";
import type { Stage } from "../stage/slots";
import type { Sent } from "./rows";

const EVERY = 3_000; // ms
const AFTER_TROUBLE = 10_000;

export interface Live {
  id: string;
  team: string;
  title: string;
  /** Seconds that are durable. */
  stored: number;
  limit: number;
  /** Seconds since sound last came; null: it comes. */
  silent: number | null;
}

export interface News {
  position: string;
  rows: Sent[];
  gone: string[];
  live: Live[];
  /** Null: as it was. */
  stage: Stage | null;
}

export async function follow(
  path: string,
  from: string,
  told: (news: News) => void,
  lost: (is: boolean) => void,
): Promise<void> {
  let position = from;
  for (;;) {
    if (document.hidden) await seen();
    try {
      const news = await getJson<News>(`${path}?after=${encodeURIComponent(position)}`);
      position = news.position;
      lost(false);
      told(news);
      await pause(EVERY);
    } catch {
      lost(true);
      await pause(AFTER_TROUBLE);
    }
  }
}

const seen = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
  });
