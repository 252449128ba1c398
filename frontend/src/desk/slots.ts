// Media elements that hold the pitch being heard and those around it, so that the next one starts at once.
import { type Details, getJson } from "../common/api";
import { oneSound } from "../player/one-sound";
import type { Peaks } from "../wave/shape";

const SLOTS = 4; // the one before, the one heard, and two ahead: who skips twice waits for nothing either

export interface Slot {
  readonly audio: HTMLAudioElement;
  id: string;
  /** Settled when the element has its address. */
  ready: Promise<void>;
  open: boolean;
  peaks: Promise<Peaks | null>;
}

export class Slots {
  readonly #slots: Slot[] = [];

  constructor(home: HTMLElement, listen: (slot: Slot) => void) {
    for (let number = 0; number < SLOTS; number++) {
      const audio = new Audio();
      audio.preload = "auto";
      oneSound(audio);
      home.append(audio);
      const slot: Slot = { audio, id: "", ready: Promise.resolve(), open: false, peaks: Promise.resolve(null) };
      this.#slots.push(slot);
      listen(slot);
    }
  }

  /** The slot of a pitch, being filled if it was not yet; `keep` are the pitches that must not give way. */
  of(id: string, keep: readonly string[]): Slot {
    const known = this.#slots.find((slot) => slot.id === id);
    if (known !== undefined) return known;
    const free = this.#slots.find((slot) => slot.id !== id && !keep.includes(slot.id)) ?? (this.#slots[0] as Slot);
    free.audio.pause();
    free.id = id;
    this.fill(free);
    return free;
  }

  /** Fetches an address for what the slot holds; again, when the one it had has run out. */
  fill(slot: Slot): void {
    const { id } = slot;
    slot.open = false;
    slot.audio.removeAttribute("src");
    const details = getJson<Details>(`/pitches/${id}/details`);
    slot.ready = details.then(({ playback_url }) => {
      if (slot.id !== id) return;
      if (playback_url === null) throw new Error("Nothing to play.");
      slot.audio.src = playback_url;
      slot.open = true;
    });
    slot.peaks = details
      .then(({ peaks_url }) => (peaks_url == null ? null : getJson<Peaks>(peaks_url)))
      .catch(() => null);
    slot.ready.catch(() => {}); // whoever plays it is told; nobody needs to know of one that is only held ready
  }

  forget(id: string): void {
    for (const slot of this.#slots) {
      if (slot.id !== id) continue;
      slot.audio.pause();
      slot.audio.removeAttribute("src");
      slot.id = "";
    }
  }
}
