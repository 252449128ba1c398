// One recording from its first sound to the server's last word: on the device, on its way, and stored.
import { Keeping, type Refusal } from "../keep/keeping";
import { type Found, type Kept, seconds } from "../keep/kept";
import type { Store } from "../keep/store";
import { type LiveEvents, LiveLink } from "./live-link";
import { wavFile } from "./pcm";
import { Unacknowledged } from "./unacknowledged";

const MEET = 1_500; // ms to wait for the server's word before an earlier recording goes on
const LATEST = 60; // s of an earlier recording that the wave begins with

/** Whether an earlier recording is not on this device any more. */
export const isGone = (error: unknown): boolean => error instanceof DOMException && error.name === "NotFoundError";

export class Take {
  #link: LiveLink | null = null;
  #finished = false;
  #unmet: boolean;

  private constructor(
    private readonly store: Store,
    readonly about: Kept,
    private readonly keeping: Keeping | null,
    private readonly bytes: Unacknowledged,
  ) {
    this.#unmet = bytes.end > bytes.start;
  }

  /** A new recording, or an earlier one that is on this device; fails where that cannot be had now. */
  static async hold(store: Store, kept: Kept | Found): Promise<Take> {
    let found: Found;
    try {
      found = await store.hold(kept);
      if ("to" in kept && kept.to > kept.from && found.to === found.from) {
        await store.leave(kept.session);
        throw new DOMException("It is not there any more.", "NotFoundError");
      }
    } catch (error) {
      if ("to" in kept) throw error; // to go on without it would end the recording without it
      return new Take(store, kept, null, new Unacknowledged()); // a device that keeps nothing: memory has to do
    }
    void navigator.storage?.persist?.(); // or the browser may clear it when its disk runs low
    const keeping = new Keeping(store, kept.session, kept.rate, found);
    return new Take(store, found, keeping, new Unacknowledged(keeping, found));
  }

  /** Seconds said, stored on the server, and not stored yet. */
  get said(): number {
    return this.#seconds(this.bytes.end);
  }

  get stored(): number {
    return this.#seconds(this.bytes.stored);
  }

  get here(): number {
    return this.#seconds(Math.max(0, this.bytes.end - this.bytes.stored));
  }

  /** Whether what is not stored yet outlives this page. */
  get saved(): boolean {
    const most = this.#finished ? 0 : 1; // no more sound will push out what is left
    return this.keeping !== null && this.keeping.refusal === "" && this.#seconds(this.bytes.loose) <= most;
  }

  /** Why the device does not take what is said. */
  get refusal(): Refusal {
    return this.keeping === null ? "broken" : this.keeping.refusal;
  }

  /** Bytes said. */
  get end(): number {
    return this.bytes.end;
  }

  /** What is known of it, as of now. */
  get known(): Kept {
    return { ...this.about, stored: this.bytes.stored, sent: this.bytes.sent };
  }

  /** Opens the way to the server. It may have more of an earlier recording than this device: that is waited for. */
  async connect(events: LiveEvents): Promise<void> {
    if (this.#link !== null) return;
    await new Promise<void>((resolve) => {
      if (this.#unmet) setTimeout(resolve, MEET);
      else resolve();
      const begun = (offset: number): void => {
        this.#unmet = false;
        events.begun(offset);
        resolve();
      };
      this.#link = new LiveLink(this.#address(), this.about.rate, this.bytes, { ...events, begun });
    });
  }

  /** The last of an earlier recording, to be seen. */
  async latest(): Promise<Int16Array[]> {
    if (this.keeping === null) return [];
    const to = this.keeping.kept;
    const bytes = await this.keeping.read(Math.max(0, to - LATEST * this.about.rate * 2), to);
    return [new Int16Array(bytes.slice().buffer)];
  }

  /** False: there is no more room anywhere. */
  append(bytes: Uint8Array): boolean {
    if (this.#unmet) this.bytes.passOver();
    this.#unmet = false;
    if (!this.bytes.append(bytes)) return false;
    this.#link?.push();
    return true;
  }

  /** Everything said so far is on the device, if it takes it. */
  async settle(): Promise<void> {
    this.#link?.pause();
    await this.keeping?.settle();
  }

  /** That was all: stops when all of it is stored. */
  finish(): void {
    this.#finished = true;
    void this.settle();
    void this.keeping?.note({ stopped: true });
    this.#link?.finish();
  }

  /** The stop was refused: there was nothing to keep yet. */
  goOn(): void {
    this.#finished = false;
    void this.keeping?.note({ stopped: false });
    this.#link?.goOn();
  }

  /** Lets others take it up. */
  async leave(): Promise<void> {
    this.#link?.close();
    await this.settle();
    await this.store.leave(this.about.session).catch(() => {});
  }

  /** The server has all of it, and said so. */
  async forget(): Promise<void> {
    this.#link?.close();
    if (this.keeping === null) return;
    await this.settle();
    await this.store.remove(this.about.session).catch(() => {});
  }

  /** What the server does not have, as a sound file. */
  async rest(): Promise<Blob> {
    await this.settle();
    return wavFile(await this.bytes.rest(), this.about.rate);
  }

  #address(): string {
    const url = new URL(this.about.live, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (this.about.token !== null) url.searchParams.set("token", this.about.token);
    return url.href;
  }

  #seconds(bytes: number): number {
    return seconds(bytes, this.about.rate);
  }
}
