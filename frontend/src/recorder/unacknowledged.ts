// What was said and is not yet known to be durable on the server: the newest of it in memory, all of it on the
// device, where the device takes it.
import type { Keeping } from "../keep/keeping";
import { Memory } from "./memory";

const MOST = 128 << 20; // bytes in memory: an hour at 16 kHz without network and device, and no phone's browser dies of it
const TAIL = 4 << 20; // bytes in memory of what is on the device, too: two minutes, more than a network wakes up in
const FETCH = 256 << 10; // bytes read back from the device at a time
const AGAIN = 1_000; // ms after the device did not give back what it has
const ATTEMPTS = 5; // until it is clear that it never will: somebody cleared the site's data
const AHEAD = 64 << 10; // bytes, 2 s at 16 kHz: what is noted as sent runs so far ahead, for a page may die between notes
const MARGIN = AHEAD / 2; // bytes that are sent while the next note is on its way

/** A recording that was here before: where it belongs in the session's, and what was known to be stored. */
export interface Earlier {
  base: number | null;
  stored: number;
  sent: number;
  to: number;
}

/** Bytes of the session's recording, by their offset in it. */
export class Unacknowledged {
  /** Called when bytes that `read` had to leave out have come from the device. */
  more: () => void = () => {};
  readonly #memory: Memory;
  #base: number | null;
  #stored: number;
  #sent: number;
  #marked: number;
  #marking = false;
  #noted: boolean;
  #cuts = 0;
  #fetched: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) };
  #fetching = false;
  #failures = 0;

  constructor(
    private readonly keeping: Keeping | null = null,
    earlier: Earlier = { base: null, stored: 0, sent: 0, to: 0 },
    private readonly most = MOST,
    private readonly tail = TAIL,
  ) {
    this.#memory = new Memory(earlier.to);
    this.#base = earlier.base;
    this.#stored = Math.max(earlier.stored, earlier.base ?? 0);
    this.#sent = this.#marked = Math.max(earlier.sent, this.#stored);
    this.#noted = earlier.base !== null;
  }

  /** The first byte that can be had again. */
  get start(): number {
    return this.#offset + (this.keeping?.from ?? this.#memory.start);
  }

  /** Every byte below is durable on the server. */
  get stored(): number {
    return this.#stored;
  }

  get end(): number {
    return this.#offset + this.#memory.end;
  }

  /** Whether it is known where the first byte here belongs in the session's recording. */
  get placed(): boolean {
    return this.#base !== null;
  }

  /** Nothing from here on was sent: what the server has of that, somebody else said. */
  get sent(): number {
    return this.#sent;
  }

  /** The device does not give back what it took. */
  get gone(): boolean {
    return this.#failures >= ATTEMPTS;
  }

  /** Bytes that the page's memory alone has: neither the server nor the device does. */
  get loose(): number {
    return this.#memory.end - Math.max(this.#memory.start, this.keeping?.kept ?? 0);
  }

  /** False: no more room, and nothing was taken. */
  append(bytes: Uint8Array): boolean {
    if (this.#memory.end - this.#memory.start + bytes.length > this.most) return false;
    this.keeping?.append(this.#memory.end, bytes);
    this.#memory.append(bytes);
    if (this.keeping) this.#memory.release(Math.min(this.keeping.kept, this.#memory.end - this.tail));
    return true;
  }

  /** Silence for what an earlier page may have sent and this device has not, so that the server lacks nothing new. */
  passOver(): void {
    if (this.#base !== null && this.#sent > this.end) this.append(new Uint8Array(this.#sent - this.end));
  }

  /** Up to `most` bytes from an offset on; empty outside what is held, and while it is fetched from the device. */
  read(offset: number, most: number): Uint8Array {
    const at = offset - this.#offset;
    if (at >= this.#memory.start) return this.#memory.read(at, most);
    const { start, bytes } = this.#fetched;
    if (at >= start && at < start + bytes.length) return bytes.subarray(at - start, at - start + most);
    void this.#fetch(at);
    return new Uint8Array(0);
  }

  /**
   * The server's first word: its recording goes on at this offset. If it never spoke before, nothing was sent yet, and
   * the first byte here is the one at that offset.
   */
  begin(offset: number): void {
    if (this.#base === null) this.#base = this.#stored = this.#sent = this.#marked = offset;
  }

  /**
   * How many bytes may be sent from an offset on: as far as the device knows that they may have been. Whoever sends
   * before it is written down, and then dies, would send the same twice, or take it for somebody else's. `more` is
   * called when there is more.
   */
  room(offset: number): number {
    if (this.keeping === null) return Number.POSITIVE_INFINITY;
    const late = offset > this.#marked - MARGIN || this.#marked === Number.POSITIVE_INFINITY;
    if (late) void this.#mark(this.keeping, offset + AHEAD);
    return Math.max(0, this.#marked - offset);
  }

  /** Everything below the offset is on its way. */
  handed(offset: number): void {
    this.#sent = Math.max(this.#sent, offset);
  }

  /** The connection is lost: what was sent is known for sure. */
  cut(): void {
    this.#cuts++;
    if (!this.#noted || this.#marked === this.#sent) return;
    this.#marked = this.#sent;
    void this.keeping?.note({ sent: this.#sent });
  }

  /** Another connection took this one's place: what was on its way may have been dropped, and theirs put there. */
  taken(): void {
    this.#sent = this.#stored;
    this.cut();
  }

  /** Everything below the offset is durable on the server. */
  release(offset: number): void {
    if (offset <= this.#stored) return;
    this.#stored = offset;
    this.#sent = Math.max(this.#sent, offset);
    this.#memory.release(offset - this.#offset);
    this.keeping?.release(offset - this.#offset);
    void this.keeping?.note({ stored: offset });
  }

  /** What the server does not have, as it can be saved: from the device, and from memory what is not there. */
  async rest(): Promise<Blob> {
    const [from, here] = [this.#stored - this.#offset, this.#memory.start];
    const parts: BlobPart[] = [];
    const newest = this.#memory.read(Math.max(from, here), this.#memory.end);
    if (this.keeping !== null && from < here) {
      let why: unknown = new DOMException("It is not there.", "NotFoundError");
      const older = await this.keeping.sound(from, here).catch((error: unknown) => {
        why = error;
        return new Blob();
      });
      if (older.size + newest.length === 0) throw why;
      parts.push(older, new Uint8Array(here - from - older.size)); // what a device lost takes nothing else along
    }
    return new Blob([...parts, newest as Uint8Array<ArrayBuffer>]);
  }

  /** A device that takes no note is not waited for, but asked again: the network is there, and memory has the sound. */
  async #mark(keeping: Keeping, to: number): Promise<void> {
    if (this.#marking) return;
    this.#marking = true;
    const cuts = this.#cuts;
    const place = this.#noted ? {} : { base: this.#base, stored: this.#stored };
    let noted = await keeping.note({ ...place, sent: to });
    if (!noted) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
      noted = cuts === this.#cuts && (await keeping.note({ ...place, sent: to }));
    }
    this.#marking = false;
    this.#noted ||= noted;
    if (cuts === this.#cuts) this.#marked = noted ? to : Number.POSITIVE_INFINITY;
    this.more();
  }

  get #offset(): number {
    return this.#base ?? 0;
  }

  async #fetch(at: number): Promise<void> {
    if (this.#fetching || this.keeping === null) return;
    this.#fetching = true;
    try {
      const bytes = await this.keeping.read(at, Math.min(at + FETCH, this.#memory.start));
      if (bytes.length === 0) throw new DOMException("It is not there.", "NotFoundError");
      this.#fetched = { start: at, bytes };
      this.#failures = 0;
    } catch {
      this.#failures++;
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
    this.#fetching = false;
    this.more();
  }
}
