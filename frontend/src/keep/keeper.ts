// The worker's verbs. Bytes are on the disk when `append` returns.
import { all, drop, get, put } from "./database";
import { Files } from "./files";
import type { Found, Kept } from "./kept";
import { Rows } from "./rows";
import { Shelf } from "./shelf";

const ENOUGH = 32 << 20; // bytes of one recording that stay although they are stored: 17 minutes at 16 kHz to listen to
const OFTEN = new Set(["stored", "sent"]); // noted every second; the server knows the one better, the other runs ahead

interface Row extends Omit<Kept, "sent"> {
  files: boolean;
  /** Missing where an older version of this page has written it. */
  sent?: number;
}

export class Keeper {
  /** Those that this page writes or sends; others change under our feet and are looked at anew. */
  readonly #held = new Map<string, { row: Row; shelf: Shelf }>();

  async list(): Promise<Found[]> {
    const rows = await all<Row>("recordings");
    const found = await Promise.all(rows.map((row) => this.find(row.session)));
    return found.filter((one) => one !== null);
  }

  async find(session: string): Promise<Found | null> {
    const one = await this.#look(session);
    return one === null ? null : found(one);
  }

  /** From now on this page writes it: a new one, or one that was here already. */
  async hold(kept: Kept): Promise<Found> {
    const known = await get<Row>("recordings", kept.session);
    const row = { ...(known ?? { ...kept, files: await Files.work() }), token: kept.token ?? known?.token ?? null };
    await put("recordings", kept.session, row);
    const one = { row, shelf: await opened(row) };
    this.#held.set(kept.session, one);
    return found(one);
  }

  async append(session: string, offset: number, bytes: Uint8Array): Promise<void> {
    const { row, shelf } = this.#mine(session);
    try {
      await shelf.append(offset, bytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      await shelf.release(row.stored - (row.base ?? 0), 0);
      await shelf.append(offset, bytes);
    }
  }

  /** Something more is known of it. Returns the first byte that is still here. */
  async note(session: string, changes: Partial<Kept>): Promise<number> {
    const { row, shelf } = this.#mine(session);
    Object.assign(row, changes);
    const often = Object.keys(changes).every((name) => OFTEN.has(name));
    await put("recordings", session, row, often ? "relaxed" : "strict");
    await shelf.release(row.stored - (row.base ?? 0), ENOUGH);
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
    const one = await this.#look(session);
    this.#held.delete(session);
    await one?.shelf.clear();
    await drop("recordings", session);
  }

  async #look(session: string): Promise<{ row: Row; shelf: Shelf } | null> {
    const mine = this.#held.get(session);
    if (mine !== undefined) return mine;
    const row = await get<Row>("recordings", session);
    return row === undefined ? null : { row, shelf: await opened(row) };
  }

  #mine(session: string): { row: Row; shelf: Shelf } {
    const mine = this.#held.get(session);
    if (mine === undefined) throw new DOMException("This page does not hold that recording.", "InvalidStateError");
    return mine;
  }
}

const opened = async ({ files, session }: Row): Promise<Shelf> =>
  Shelf.open(files ? await Files.of(session) : new Rows(session));

const found = ({ row, shelf: { from, to } }: { row: Row; shelf: Shelf }): Found => ({
  ...row,
  sent: row.sent ?? (row.base ?? 0) + to,
  from,
  to,
});

const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === "QuotaExceededError";
