// The votes of the audience, beside the standings and no part of them.
import { getJson } from "../common/api";
import { optional, part, say } from "../common/parts";
import { type Board, counted } from "./board";

const FIRST = 3; // teams that are shown at once; the others on demand
const EVERY = 15_000; // ms between looks while votes come in: no fact tells of them

interface Polled {
  rank: number;
  session_id: string;
  team_name: string;
  pitch_title: string;
  votes: number;
}

export interface Votes {
  hidden: boolean;
  stage: Board["stage"];
  voters: number | null;
  results: Polled[];
}

export class Audience {
  #all = false;
  #stage = "";
  #timer = 0;
  #votes: Votes | null = null;

  constructor(private readonly root: HTMLElement) {
    optional(root, "audience-all")?.addEventListener("click", () => {
      this.#all = true;
      this.#show();
    });
  }

  /** Another stage of the event may tell them, or hide them again. */
  follow({ stage, hidden }: Pick<Board, "stage" | "hidden">): void {
    const now = `${stage} ${hidden}`;
    if (this.root.dataset.audience === undefined || now === this.#stage) return;
    this.#stage = now;
    clearTimeout(this.#timer);
    this.#votes = null;
    this.#show();
    if (!hidden) void this.#look(this.root.dataset.audience, now);
  }

  async #look(path: string, stage: string): Promise<void> {
    let again = EVERY;
    try {
      const votes = await getJson<Votes>(path);
      if (stage !== this.#stage) return;
      this.#votes = votes;
      if (settled(votes)) again = 0;
      this.#show();
    } catch {
      // it stays as it is; the next look asks again
    }
    if (again > 0 && stage === this.#stage) {
      this.#timer = window.setTimeout(() => void this.#look(path, stage), again);
    }
  }

  #show(): void {
    const votes = this.#votes;
    const box = part(this.root, "audience");
    box.hidden = votes === null || votes.hidden;
    if (votes === null) return;
    say(part(this.root, "audience-say"), sentence(votes));
    const shown = this.#all ? votes.results : votes.results.filter(({ rank }) => rank <= FIRST).slice(0, 2 * FIRST);
    part(this.root, "audience-list").replaceChildren(...shown.map((row) => this.#row(row)));
    const all = part(this.root, "audience-all");
    all.hidden = shown.length === votes.results.length;
    say(all, `Show all ${counted(votes.results.length, "team")}`);
  }

  #row({ rank, team_name, pitch_title, votes }: Polled): Node {
    const copy = part<HTMLTemplateElement>(this.root, "polled").content.cloneNode(true) as DocumentFragment;
    say(part(copy, "rank"), String(rank));
    say(part(copy, "team"), team_name);
    say(part(copy, "title"), pitch_title);
    say(part(copy, "votes"), counted(votes, "vote"));
    return copy;
  }
}

/** Once results are told no vote changes any more. */
export function settled({ stage }: Pick<Votes, "stage">): boolean {
  return stage === "published" || stage === "archived";
}

/** What stands under the headline. */
export function sentence({ stage, voters }: Pick<Votes, "stage" | "voters">): string {
  const many = voters ?? 0;
  const who = many === 0 ? "Nobody voted" : `${counted(many, "vote")}`;
  if (settled({ stage })) return `${who}. What the audience liked best; it has no part in the ranking.`;
  return `${who} so far. Not public: only organizers see this until the event is published. It has no part in the ranking.`;
}
