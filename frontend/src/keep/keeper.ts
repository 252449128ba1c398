// The worker's verbs. Bytes are on the disk when `append` returns.
import { all, drop, get, put } from "./database";
import { Files } from "./files";
import type { Found, Kept } from "./kept";
import { Rows } from "./rows";
import { Shelf } from "./shelf";

const ENOUGH = 32 << 20; // bytes of one recording that stay although they are stored: 17 minutes at 16 kHz to listen to
const TAIL = 2; // s that may have been sent of what a page that died did not get onto its device, where nobody noted it

interface Row extends Omit<Kept, "sent"> {
  files: boolean;
  /** Which page writes it: another one may have gone on with it, and what this one knows is old. */
  holder?: string;
  /** Missing where an older version of this page has written it. */
  sent?: number;
}

export class Keeper {
  /** Those that this page writes or sends; others change under our feet and are looked at anew. */
  readonly #held = new Map<string, { row: Row; shelf: Shelf }>();
  readonly #me = crypto.getRandomValues(new Uint32Array(4)).join("-");

  async list(): Promise<Found[]> {
    const rows = await all<Row>("recordings");
    // One that cannot be read now must not hide the others.
    const found = await Promise.all(rows.map((row) => this.find(row.session).catch(() => null)));
    return found.filter((one) => one !== null);
  }

  async find(session: string): Promise<Found | null> {
    const one = await this.#look(session);
    return one === null ? null : found(one);
  }

  /** From now on this page writes it: a new one, or one that was here already. */
  async hold(kept: Kept): Promise<Found> {
    const known = await get<Row>("recordings", kept.session);
    const nothing = { base: null, stored: 0, sent: 0 }; // of what is not here: a card may show what is gone meanwhile
    const fresh: Row = { ...kept, ...nothing, files: known?.files ?? (await Files.work()) };
    const shelf = await opened(known ?? fresh);
    const row = { ...(known && shelf.to > shelf.from ? known : fresh), holder: this.#me }; // of no sound nothing is known
    row.token = kept.token ?? known?.token ?? null;
    await put("recordings", kept.session, row);
    this.#held.set(kept.session, { row, shelf });
    return found({ row, shelf });
  }

  async append(session: string, offset: number, bytes: Uint8Array): Promise<void> {
    const { row, shelf } = this.#mine(session);
    try {
      await shelf.append(offset, bytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      await shelf.release(storedHere(row), 0);
      await shelf.append(offset, bytes);
    }
  }

  /** Something more is known of it. Returns the first byte that is still here. */
  async note(session: string, changes: Partial<Kept>): Promise<number> {
    const { row, shelf } = this.#mine(session);
    if (!(await this.#isMine(session))) return shelf.from;
    Object.assign(row, changes);
    const often = Object.keys(changes).every((name) => name === "stored"); // and the server knows it better
    await put("recordings", session, row, often ? "relaxed" : "strict");
    await shelf.release(storedHere(row), ENOUGH);
    return shelf.from;
  }

  async sound(session: string, from: number, to: number): Promise<Blob> {
    return (await this.#look(session))?.shelf.sound(from, to) ?? new Blob();
  }

  async read(session: string, from: number, to: number): Promise<Uint8Array> {
    return (await this.#look(session))?.shelf.read(from, to) ?? new Uint8Array();
  }

  /** Others may go on with it. */
  async leave(session: string): Promise<void> {
    this.#held.get(session)?.shelf.close();
    this.#held.delete(session);
  }

  /** The server has it, or somebody let go of it by hand. */
  async remove(session: string): Promise<void> {
    const [one, held] = [await this.#look(session), this.#held.delete(session)];
    if (held && !(await this.#isMine(session))) return one?.shelf.close();
    await one?.shelf.clear();
    await drop("recordings", session);
  }

  async #look(session: string): Promise<{ row: Row; shelf: Shelf } | null> {
    const mine = this.#held.get(session);
    if (mine !== undefined) return mine;
    const row = await get<Row>("recordings", session);
    return row === undefined ? null : { row, shelf: await opened(row) };
  }

  async #isMine(session: string): Promise<boolean> {
    return (await get<Row>("recordings", session))?.holder === this.#me;
  }

  #mine(session: string): { row: Row; shelf: Shelf } {
    const mine = this.#held.get(session);
    if (mine === undefined) throw new DOMException("This page does not hold that recording.", "InvalidStateError");
    return mine;
  }
}

const opened = async ({ files, session }: Row): Promise<Shelf> =>
  Shelf.open(files ? await Files.of(session) : new Rows(session));

/** Until it is known where its first byte belongs, nothing here is known to be stored. */
const storedHere = ({ base, stored }: Row): number => (base === null ? 0 : stored - base);

const found = ({ row, shelf: { from, to } }: { row: Row; shelf: Shelf }): Found => ({
  ...row,
  sent: row.sent ?? (row.base ?? 0) + to + TAIL * row.rate * 2,
  from,
  to,
});

const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === "QuotaExceededError";
