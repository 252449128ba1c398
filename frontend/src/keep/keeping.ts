// From the page's memory to the device: what was said is handed over a few times a second, one hand-over at a time.
import type { Store } from "./store";

const TOGETHER = 0.06; // s; a page that is killed loses no more than this and what is being written
const AGAIN = 5_000; // ms after the device refused
const MOST = 1 << 20; // bytes of one hand-over

/** Why what is said does not get onto the device: no room, or no way. */
export type Refusal = "" | "full" | "broken";

interface Piece {
  start: number;
  bytes: Uint8Array;
}

export class Keeping {
  refusal: Refusal = "";
  /** Everything below is on the device, or needs no device any more. Counted from this recording's first byte. */
  kept: number;
  /** The first byte that is on the device. */
  from: number;
  #pending: Piece[] = [];
  #size = 0;
  #writing: Promise<void> | null = null;
  #again = 0;
  readonly #together: number;

  constructor(
    private readonly store: Store,
    private readonly session: string,
    rate: number,
    here: { from: number; to: number },
  ) {
    this.#together = rate * 2 * TOGETHER;
    this.kept = here.to;
    this.from = here.from;
  }

  append(start: number, bytes: Uint8Array): void {
    this.#pending.push({ start, bytes });
    this.#size += bytes.length;
    if (this.refusal === "" && this.#size >= this.#together) void this.#write();
  }

  /** Stored elsewhere: what could not be kept until now need not be. */
  release(below: number): void {
    const rest = this.#pending.findIndex((piece) => end(piece) > below);
    this.#drop(rest < 0 ? this.#pending.length : rest);
    this.kept = Math.max(this.kept, below);
  }

  /** Hands over the rest, if the device takes it. */
  async settle(): Promise<void> {
    while (this.#size > 0 && this.refusal === "") await this.#write();
  }

  /** False: it is not noted. A device that takes no sound either says so by itself. */
  async note(changes: Parameters<Store["note"]>[1]): Promise<boolean> {
    try {
      this.from = await this.store.note(this.session, changes);
      return true;
    } catch {
      return false;
    }
  }

  read(from: number, to: number): Promise<Uint8Array> {
    return this.store.read(this.session, from, to);
  }

  sound(from: number, to: number): Promise<Blob> {
    return this.store.sound(this.session, from, to);
  }

  /** One at a time: whoever asks while one is under way waits for that one. */
  #write(): Promise<void> {
    this.#writing ??= this.#handOver().finally(() => {
      this.#writing = null;
      if (this.refusal === "" && this.#size >= this.#together) void this.#write();
    });
    return this.#writing;
  }

  async #handOver(): Promise<void> {
    clearTimeout(this.#again);
    const batch = this.#batch();
    const [start, bytes] = [batch[0]?.start ?? 0, joined(batch)];
    try {
      await this.store.append(this.session, start, bytes);
      this.refusal = "";
      this.kept = Math.max(this.kept, start + bytes.length);
      this.#drop(this.#pending.indexOf(batch.at(-1) as Piece) + 1); // less, if some was released meanwhile
    } catch (error) {
      this.refusal = (error as DOMException).name === "QuotaExceededError" ? "full" : "broken";
      this.#again = window.setTimeout(() => this.#try(), AGAIN);
    }
  }

  #try(): void {
    if (this.#size > 0) void this.#write();
    else this.refusal = ""; // the next sound will tell
  }

  /** The oldest pieces that follow each other. They stay pending until they are written. */
  #batch(): Piece[] {
    const batch: Piece[] = [];
    let size = 0;
    for (const piece of this.#pending) {
      const last = batch.at(-1);
      if (last !== undefined && (end(last) !== piece.start || size + piece.bytes.length > MOST)) break;
      batch.push(piece);
      size += piece.bytes.length;
    }
    return batch;
  }

  #drop(count: number): void {
    for (const { bytes } of this.#pending.splice(0, count)) this.#size -= bytes.length;
  }
}

const end = ({ start, bytes }: Piece): number => start + bytes.length;

function joined(pieces: Piece[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  for (const { start, bytes } of pieces) whole.set(bytes, start - (pieces[0]?.start ?? 0));
  return whole;
}
