// What happens meanwhile: asked for every few seconds, while somebody looks.
import { getJson } from "../common/api";
import { pause } from "../common/wait";
import type { Live } from "../live/under-way";
import type { Stage } from "../stage/slots";
import type { ChangedTeam } from "./roster";
import type { Sent } from "./rows";

const EVERY = 3_000; // ms
const AFTER_TROUBLE = 10_000;

export interface News {
  position: string;
  /** There is more: it is asked for at once. */
  more: boolean;
  rows: Sent[];
  gone: string[];
  teams: ChangedTeam[];
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
      if (!news.more) await pause(EVERY);
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
