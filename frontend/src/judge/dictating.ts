// A comment that is said instead of typed: heard here, written down by the server, put behind what stands there.
import { post, Refused } from "../common/api";
import { clock } from "../common/format";
import { part, say } from "../common/parts";
import { quiet } from "../player/one-sound";
import { Microphone } from "../recorder/microphone";
import { toBytes, wavFile } from "../recorder/pcm";
import { microphoneTrouble } from "../recorder/words";
import type { Pitch } from "./model";

const RATE = 16_000; // samples a second: what engines of speech work with
const LONGEST = 120; // s; the server's number
const UNREADABLE = [400, 413, 422]; // sending the same sound again is no use
const PATIENCE = 130_000; // ms; the server gives up earlier, and says so

const LABELS = {
  idle: "Dictate",
  opening: "Opening the microphone",
  hearing: "Stop",
  writing: "Writing it down",
  kept: "Try again",
};

export interface Where {
  path: string;
  worklet: string;
}

export class Dictating {
  readonly #button: HTMLButtonElement;
  #state: keyof typeof LABELS = "idle";
  #microphone: Microphone | null = null;
  #about: Pitch | null = null; // what is being said belongs to this pitch, whichever is open by then
  #shown: Pitch | null = null;
  #sound: Uint8Array[] = [];
  #samples = 0;
  #locked = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly where: Where,
    private readonly take: (session: string, words: string) => void,
  ) {
    this.#button = part<HTMLButtonElement>(root, "dictate");
    this.#button.addEventListener("click", () => void this.#press());
    part(root, "dictate-drop").addEventListener("click", () => this.#discard());
    addEventListener("beforeunload", (event) => {
      if (this.#state !== "idle") event.preventDefault();
    });
  }

  /** The card of this pitch is open. What was said of another is written down there. */
  show(pitch: Pitch, locked: boolean): void {
    if (pitch.session_id !== this.#shown?.session_id) {
      this.leave();
      if (this.#state === "idle") this.#tell("");
    }
    this.#shown = pitch;
    this.#locked = locked;
    this.#paint();
  }

  leave(): void {
    this.#shown = null;
    if (this.#state === "hearing") void this.#finish();
  }

  async #press(): Promise<void> {
    if (this.#state === "idle") await this.#begin();
    else if (this.#state === "hearing") await this.#finish();
    else if (this.#state === "kept") await this.#write();
  }

  async #begin(): Promise<void> {
    this.#about = this.#shown;
    quiet(); // or it would hear the pitch
    this.#tell("");
    [this.#sound, this.#samples] = [[], 0];
    this.#go("opening");
    const events = {
      sound: (samples: Int16Array) => this.#heard(samples),
      gone: () => void this.#finish(),
      muted: () => {},
    };
    try {
      this.#microphone = await Microphone.open({ device: null, rate: RATE, worklet: this.where.worklet, events });
    } catch (error) {
      const { head, words } = microphoneTrouble(error);
      this.#tell(`${head}. ${words}`);
      return this.#go("idle");
    }
    this.#go("hearing");
    if (this.#shown?.session_id !== this.#about?.session_id) await this.#finish(); // left while the microphone opened
  }

  #heard(samples: Int16Array): void {
    this.#sound.push(toBytes(samples));
    this.#samples += samples.length;
    this.#paint();
    if (this.#samples >= LONGEST * RATE) void this.#finish();
  }

  async #finish(): Promise<void> {
    if (this.#state !== "hearing") return;
    this.#go("writing");
    await this.#microphone?.close();
    this.#microphone = null;
    if (this.#samples > 0) return this.#write();
    this.#tell("Nothing was heard.");
    this.#go("idle");
  }

  async #write(): Promise<void> {
    this.#go("writing");
    this.#tell("");
    const pcm = new Blob(this.#sound as Uint8Array<ArrayBuffer>[]).slice(0, LONGEST * RATE * 2);
    try {
      const { text } = await post<{ text: string }>(this.where.path, wavFile(pcm, RATE), PATIENCE);
      if (text !== "" && this.#about !== null) this.take(this.#about.session_id, text);
      this.#tell(text === "" ? "No words were heard." : "Written down. Read it once.");
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused(0, "no_answer", "No answer came.");
      if (!UNREADABLE.includes(refused.status)) {
        this.#tell(`${refused.message} What you said of ${this.#about?.team_name} is kept while this page is open.`);
        return this.#go("kept");
      }
      this.#tell(refused.message);
    }
    this.#forget();
  }

  #discard(): void {
    this.#tell("Discarded.");
    this.#forget();
    this.#button.focus(); // the one pressed is gone
  }

  #forget(): void {
    [this.#sound, this.#samples] = [[], 0];
    this.#go("idle");
  }

  #go(state: keyof typeof LABELS): void {
    this.#state = state;
    this.#paint();
  }

  #paint(): void {
    const hearing = this.#state === "hearing";
    this.#button.classList.toggle("hearing", hearing);
    part(this.root, "dictation").hidden = this.#locked && this.#state === "idle";
    part(this.root, "dictate-drop").hidden = this.#state !== "kept";
    this.#button.disabled = this.#state === "opening" || this.#state === "writing";
    const told = LABELS[this.#state];
    say(part(this.root, "dictate-words"), hearing ? `${told}, ${clock(this.#samples / RATE)}` : told);
  }

  #tell(words: string): void {
    say(part(this.root, "dictate-told"), words);
  }
}
