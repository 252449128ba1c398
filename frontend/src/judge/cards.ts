// The cards of a judge on this device: on its disk at once, and the same in every tab.
import { kept, of } from "./device";
import { fresh, type Held, isUnsent } from "./held";
import { makeRoom } from "./kept-sound";

export class Cards {
  readonly #held = new Map<string, Held>();
  readonly #writing = new Map<string, number>(); // changes of a card that are not on the disk yet
  readonly #unwritten = new Set<string>(); // what the disk did not take: only this page has all of it
  readonly #others: BroadcastChannel;
  #keeps = true;

  private constructor(
    private readonly judge: string,
    private readonly changed: (session: string) => void,
  ) {
    this.#others = new BroadcastChannel(`cards:${judge}`);
    this.#others.onmessage = ({ data }: MessageEvent<string>) => void this.#follow(data);
  }

  static async open(judge: string, changed: (session: string) => void): Promise<Cards> {
    const cards = new Cards(judge, changed);
    try {
      for (const held of await kept.all<Held>("cards", of(judge))) cards.#held.set(held.session, held);
    } catch {
      cards.#keeps = false;
    }
    return cards;
  }

  /** False: this browser keeps nothing, and what is not stored is lost with the page. */
  get keeps(): boolean {
    return this.#keeps;
  }

  get all(): Held[] {
    return [...this.#held.values()];
  }

  of(session: string): Held | undefined {
    return this.#held.get(session);
  }

  /** Whether all of it is on the disk. */
  isWritten(session: string): boolean {
    return !this.#writing.has(session) && !this.#unwritten.has(session);
  }

  /** As it is on the disk: another tab may just have changed it. */
  async look(session: string): Promise<Held> {
    await this.#follow(session);
    return this.#held.get(session) ?? fresh(this.judge, session);
  }

  /** Seen at once; on the disk when it returns. What another tab made of it meanwhile is not undone. */
  async change(session: string, decide: (held: Held) => Held): Promise<Held> {
    const begun = (held: Held | undefined): Held => decide(held ?? fresh(this.judge, session));
    this.#held.set(session, begun(this.#held.get(session)));
    if (!(await this.#write(session, begun))) {
      await makeRoom(); // scores come before sound
      await this.#write(session, begun);
    }
    return this.#held.get(session) as Held;
  }

  /** Lets go of a card. */
  async drop(session: string): Promise<void> {
    await kept.drop("cards", [this.judge, session]).catch(() => {});
    this.#held.delete(session);
    this.#unwritten.delete(session);
    this.#others.postMessage(session);
  }

  /** Lets go of all that the server has. */
  async forget(): Promise<void> {
    const done = this.all.filter((held) => !isUnsent(held));
    await Promise.all(done.map(({ session }) => kept.drop("cards", [this.judge, session])));
  }

  /** Whether it got there. Where a change before it did not, all is written as this page has it. */
  async #write(session: string, begun: (held: Held | undefined) => Held): Promise<boolean> {
    const whole = this.#unwritten.has(session) ? this.#held.get(session) : undefined;
    this.#count(session, 1);
    this.changed(session);
    try {
      const written = await kept.change<Held>("cards", [this.judge, session], (row) => whole ?? begun(row));
      if (whole !== undefined) this.#unwritten.delete(session);
      this.#settle(session, written);
      this.#others.postMessage(session);
      return true;
    } catch {
      this.#unwritten.add(session);
      this.#settle(session, undefined);
      return false;
    } finally {
      this.#keeps = this.#unwritten.size === 0;
    }
  }

  #settle(session: string, written: Held | undefined): void {
    this.#count(session, -1);
    if (written !== undefined && this.isWritten(session)) this.#held.set(session, written);
    this.changed(session);
  }

  #count(session: string, by: 1 | -1): void {
    const count = (this.#writing.get(session) ?? 0) + by;
    if (count === 0) this.#writing.delete(session);
    else this.#writing.set(session, count);
  }

  async #follow(session: string): Promise<void> {
    const held = await kept.get<Held>("cards", [this.judge, session]).catch(() => null);
    if (held === null || !this.isWritten(session)) return; // ours is written later, on top of theirs
    if (held === undefined) this.#held.delete(session);
    else this.#held.set(session, held);
    this.changed(session);
  }
}
