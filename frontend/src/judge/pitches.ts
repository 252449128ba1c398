// The pitches to be judged: as the server told last, kept on this device, asked for again while somebody looks.
import { getJson, Refused } from "../common/api";
import type { Aparts } from "./aparts";
import type { Cards } from "./cards";
import { kept } from "./device";
import { forgiven, isForgivable, isUnsent, told } from "./held";
import type { Criterion, Judging, Pitch } from "./model";
import type { Task } from "./order";
import { asJudge, type Sender } from "./sender";

const EVERY = 20_000; // ms

export interface Parts {
  cards: Cards;
  aparts: Aparts;
  sender: Sender;
}

export interface Listener {
  /** There is something new to show. */
  told(): void;
  /** The server did not tell. */
  failed(error: Refused): void;
}

export class Pitches {
  #known: Judging | null = null;

  constructor(
    private readonly paths: { judging: string; leaderboard: string },
    private readonly judge: string,
    private readonly parts: Parts,
    private readonly listener: Listener,
  ) {}

  get known(): Judging | null {
    return this.#known;
  }

  /** First what is here, then what the server says, and that again from time to time. */
  async start(): Promise<void> {
    this.#known = (await kept.get<Judging>("pitches", [this.judge]).catch(() => undefined)) ?? null;
    if (this.#known !== null) this.listener.told();
    await this.refresh();
    setInterval(() => {
      if (!document.hidden) void this.refresh();
    }, EVERY);
    addEventListener("online", () => void this.refresh());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.refresh();
    });
  }

  async refresh(): Promise<void> {
    const asked = performance.now();
    try {
      const judging = await getJson<Judging>(`${this.paths.judging}?${asJudge(this.judge)}`);
      this.parts.sender.reached = true;
      await this.#take(judging, asked);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.parts.sender.reached = error.status !== 0;
      this.listener.failed(error);
    }
    this.parts.sender.wake();
  }

  /** What the judge scores, in running order. */
  get tasks(): Task[] {
    return this.#all.filter(({ pitch }) => !this.parts.aparts.has(pitch.team_id));
  }

  /** What the judge does not score because of a conflict of interest, as far as this device knows. */
  get apart(): Pitch[] {
    return this.#all.map(({ pitch }) => pitch).filter(({ team_id }) => this.parts.aparts.has(team_id));
  }

  get #all(): Task[] {
    return (this.#known?.pitches ?? []).map((pitch) => ({
      pitch,
      criteria: this.#criteria(pitch) ?? [],
      held: this.parts.cards.of(pitch.session_id),
    }));
  }

  /** What a pitch is scored by; null: it is not known here, as of a track that the judge has no pitch of any more. */
  criteria(session: string): readonly Criterion[] | null {
    const pitch = this.#known?.pitches.find(({ session_id }) => session_id === session);
    return pitch === undefined ? null : this.#criteria(pitch);
  }

  #criteria({ track }: Pitch): readonly Criterion[] | null {
    return this.#known?.criteria[track ?? ""] ?? null;
  }

  /** Lets go of a pitch that was deleted, and of what was to be said about it. */
  async remove(session: string): Promise<void> {
    await this.parts.cards.drop(session);
    if (this.#known === null) return;
    this.#known = { ...this.#known, pitches: this.#known.pitches.filter(({ session_id }) => session_id !== session) };
    await kept.put("pitches", [this.judge], this.#known).catch(() => {}); // as below
    this.listener.told();
  }

  async #take(judging: Judging, asked: number): Promise<void> {
    const before = this.#known;
    const since = judging.event.stage === "frozen" ? (before?.since ?? (await this.#closedAt())) : null;
    this.#known = { ...judging, pitches: [...judging.pitches, ...this.#missing(judging)], since };
    for (const pitch of judging.pitches) await this.#compare(pitch, asked);
    if (judging.event.stage === "open") await this.#forgive(judging, before);
    await this.#dropSent(judging);
    await kept.put("pitches", [this.judge], this.#known).catch(() => {}); // it holds for this page
    this.listener.told();
  }

  async #forgive(judging: Judging, before: Judging | null): Promise<void> {
    const { cards } = this.parts;
    const other = before === null || rules(before) !== rules(judging);
    for (const { session_id } of judging.pitches) {
      const held = cards.of(session_id);
      if (held !== undefined && isForgivable(held, other)) await cards.change(session_id, forgiven);
    }
  }

  /** Nothing stays here of pitches that are not this judge's any more; what the server has comes back with them. */
  async #dropSent({ pitches }: Judging): Promise<void> {
    const { cards } = this.parts;
    const named = new Set(pitches.map(({ session_id }) => session_id));
    for (const { session } of cards.all.filter((held) => !named.has(held.session) && !isUnsent(held))) {
      if (!isUnsent(await cards.look(session))) await cards.drop(session);
    }
  }

  /** Those that the server no longer names, and about which something is still to be said here. */
  #missing({ pitches }: Judging): Pitch[] {
    const named = new Set(pitches.map(({ session_id }) => session_id));
    return (this.#known?.pitches ?? []).filter(({ session_id, team_id }) => {
      const held = this.parts.cards.of(session_id);
      const open = this.parts.aparts.has(team_id) || (held !== undefined && isUnsent(held));
      return open && !named.has(session_id);
    });
  }

  async #closedAt(): Promise<string | null> {
    try {
      return (await getJson<{ stage_since: string | null }>(this.paths.leaderboard)).stage_since;
    } catch {
      return null; // that it is closed is said all the same
    }
  }

  async #compare({ session_id, card }: Pitch, asked: number): Promise<void> {
    const { cards, sender } = this.parts;
    const held = cards.of(session_id);
    if (card === null && (held === undefined || sender.storedAt > asked)) return; // it came in while we asked
    if (held === undefined || told(held, card) !== held) await cards.change(session_id, (one) => told(one, card));
  }
}

/** What decides whether a card is taken, but for the card itself. */
const rules = ({ event, criteria }: Judging): string => JSON.stringify([event.stage, criteria]);
