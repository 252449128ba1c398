// Sends what only this device has: one after the other, again and again until the server has it or says why not.
import { put, Refused } from "../common/api";
import { backoff } from "../recorder/backoff";
import type { Aparts } from "./aparts";
import type { Cards } from "./cards";
import { attempted, type Held, isDue, overtaken, refused, stored, told } from "./held";
import { type Card, type Criterion, sendable } from "./model";

const SETTLE = 800; // ms; whoever slides over a scale or types makes one version of it
const PATIENCE = 15_000; // ms for an answer; bad networks swallow requests without a word
const LONG = 600_000; // ms; somebody wakes it before

export interface Ears {
  /** What a pitch is scored by; null: that is not known here. */
  criteria(session: string): readonly Criterion[] | null;
  /** Whose pitches are whose has changed. */
  settled(): void;
  /** Where a card is has changed. */
  moved(): void;
  /** The server does not know this judge any more, or knows another one here. */
  barred(error: Refused): void;
}

export class Sender {
  /** The card that is on its way. */
  sending: string | null = null;
  /** Whether the server was there when it was last needed. */
  reached = true;
  /** When it last stored a card; ms of this page's clock. */
  storedAt = 0;
  /** How often whoever stands between turned a card away: a word in it may be all, so the others go first. */
  readonly #turned = new Map<string, number>();
  #wake: () => void = () => {};
  #woken = false;

  constructor(
    private readonly judge: string,
    private readonly cards: Cards,
    private readonly aparts: Aparts,
    private readonly ears: Ears,
  ) {}

  start(): void {
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => this.wake());
    void this.#run();
  }

  /** Something may have to be sent. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    for (let failed = 0; ; ) {
      const wait = await this.#step();
      failed = wait === "failed" ? failed + 1 : 0;
      if (wait !== 0) await this.#rest(wait === "failed" ? backoff(failed) : wait);
    }
  }

  /** Sends one thing. How long to rest then, in ms. */
  async #step(): Promise<number | "failed"> {
    this.#woken = false;
    const turned = ({ session }: Held): number => this.#turned.get(session) ?? 0;
    const [first] = this.cards.all
      .filter(isDue)
      .sort((one, other) => turned(one) - turned(other) || one.touchedAt - other.touchedAt);
    try {
      if (await this.#sendApart(first !== undefined)) {
        this.ears.settled();
        return 0;
      }
      if (first === undefined) return LONG;
      const settled = document.hidden ? 0 : first.touchedAt + SETTLE - Date.now();
      if (settled > 0 && settled <= SETTLE) return settled; // a clock that was set back must not hold it up
      return await alone(this.judge, () => this.#send(first.session));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#failed(error);
    }
  }

  /** Where whoever stands between turns that away, cards go on all the same. */
  async #sendApart(cardsWait: boolean): Promise<boolean> {
    try {
      return await this.aparts.send();
    } catch (error) {
      if (cardsWait && error instanceof Refused && error.isForeign) return false;
      throw error;
    }
  }

  async #send(session: string): Promise<number> {
    const held = await this.cards.look(session);
    if (!isDue(held)) return 0; // another tab was faster
    this.sending = session;
    try {
      await this.cards.change(session, (one) => attempted(one, held.now));
      const card = await this.#put(held);
      this.reached = true;
      this.storedAt = performance.now();
      await this.cards.change(session, (one) => stored(one, held.now, card));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.#refused(held, error);
    } finally {
      this.sending = null;
      this.ears.moved();
    }
    return 0;
  }

  #put({ session, now, revision }: Held): Promise<Card> {
    const given = sendable(now, this.ears.criteria(session));
    return put<Card>(`/api/v1/sessions/${session}/scores?${asJudge(this.judge)}`, { ...given, revision }, PATIENCE);
  }

  /** Notes what the judge has to know; throws where another attempt helps. */
  async #refused(sent: Held, error: Refused): Promise<void> {
    const { session } = sent;
    const { code, message, problem } = error;
    if (error.isForeign) this.#turned.set(session, (this.#turned.get(session) ?? 0) + 1);
    if (code === "changed_meanwhile") {
      const current = problem.current as Card | null;
      await this.cards.change(session, (one) => (current === null ? told(one, null) : overtaken(one, current)));
    } else if (isPassing(error) || isBarred(error)) throw error;
    else await this.cards.change(session, (one) => refused(one, sent, code, message));
    this.reached = true;
  }

  #failed(error: Refused): number | "failed" {
    this.reached = error.status !== 0;
    this.ears.moved();
    if (!isBarred(error)) return "failed";
    this.ears.barred(error);
    return LONG;
  }

  async #rest(milliseconds: number): Promise<void> {
    if (this.#woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const isPassing = ({ status, code, isForeign }: Refused): boolean =>
  status === 0 || status === 429 || status >= 500 || code === "idempotency_in_progress" || isForeign;

/** It is not about the card: whoever is signed in here now is not this judge, or no judge any more. */
export const isBarred = ({ status, isForeign }: Refused): boolean => (status === 401 || status === 403) && !isForeign;

/** For the server: whose page asks. Another judge may have signed in on this device meanwhile. */
export const asJudge = (judge: string): string => `judge=${encodeURIComponent(judge)}`;

/** One tab of this device sends at a time. */
const alone = <T>(judge: string, work: () => Promise<T>): Promise<T> =>
  navigator.locks === undefined ? work() : (navigator.locks.request(`cards:${judge}`, work) as Promise<T>);
