// From the page's memory to the device: what was said is handed over a few times a second, one hand-over at a time.
import type { Store } from "./store";

const TOGETHER = 0.06; // s; a page that is killed loses no more than this and what is being written
const AGAIN = 5_000; // ms after the device refused
const MOST = 1 << 20; // bytes of one hand-over

/** Why what is said does not get onto the device: no room, or no way. */
export type Refusal = "" | "full" | "broken";

export class Keeping {
  refusal: Refusal = "";
  /** Everything below is on the device, or needs no device any more. Counted from this recording's first byte. */
  kept: number;
  /** The first byte that is on the device. */
  from: number;
  #pending: { start: number; bytes: Uint8Array }[] = [];
  #size = 0;
  #busy = false;
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
    while (this.#pending[0] !== undefined && end(this.#pending[0]) <= below) this.#shift();
    this.kept = Math.max(this.kept, below);
  }

  /** Hands over the rest, if the device takes it. */
  async settle(): Promise<void> {
    while (this.#size > 0 && this.refusal === "") await (this.#busy ? pause() : this.#write());
  }

  async note(changes: Parameters<Store["note"]>[1]): Promise<void> {
    try {
      this.from = await this.store.note(this.session, changes);
    } catch {
      // Only a note; a device that takes no sound either says so by itself.
    }
  }

  read(from: number, to: number): Promise<Uint8Array> {
    return this.store.read(this.session, from, to);
  }

  sound(from: number, to: number): Promise<Blob> {
    return this.store.sound(this.session, from, to);
  }

  async #write(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#again);
    const batch = this.#batch();
    const [start, bytes] = [batch[0]?.start ?? 0, joined(batch.map((piece) => piece.bytes))];
    try {
      await this.store.append(this.session, start, bytes);
      this.refusal = "";
      this.kept = Math.max(this.kept, start + bytes.length);
      while (batch.length > 0) if (batch.shift() === this.#pending[0]) this.#shift();
    } catch (error) {
      this.refusal = (error as DOMException).name === "QuotaExceededError" ? "full" : "broken";
      this.#again = window.setTimeout(() => this.#try(), AGAIN);
    }
    this.#busy = false;
    if (this.refusal === "" && this.#size >= this.#together) void this.#write();
  }

  #try(): void {
    if (this.#size > 0) void this.#write();
    else this.refusal = ""; // the next sound will tell
  }

  /** The oldest pieces that follow each other. They stay pending until they are written. */
  #batch(): { start: number; bytes: Uint8Array }[] {
    const batch: { start: number; bytes: Uint8Array }[] = [];
    let size = 0;
    for (const piece of this.#pending) {
      const last = batch.at(-1);
      if (last !== undefined && (end(last) !== piece.start || size + piece.bytes.length > MOST)) break;
      batch.push(piece);
      size += piece.bytes.length;
    }
    return batch;
  }

  #shift(): void {
    this.#size -= this.#pending.shift()?.bytes.length ?? 0;
  }
}

const end = ({ start, bytes }: { start: number; bytes: Uint8Array }): number => start + bytes.length;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function joined(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
