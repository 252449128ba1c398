// The microphone as the page shows it: which one, how loud, and whether it still hears.
import { given, part, say } from "../common/parts";
import { hideTrouble } from "../common/trouble";
import { LevelFollower } from "./level";
import type { LevelMeter } from "./level-meter";
import { Microphone, microphones } from "./microphone";
import { Pulse } from "./pulse";
import { LEVEL_WORDS, type Lost } from "./words";

const HEARD = { ...LEVEL_WORDS, none: "Listening" };

export interface EarEvents {
  sound(samples: Int16Array): void;
  /** It hears nothing any more. */
  lost(why: Lost): void;
  /** Seconds that it did not hear before it heard again. */
  missed(seconds: number): void;
  muted(yes: boolean): void;
  /** Another microphone was chosen while one is open. */
  changed(): void;
}

export class Ear {
  #microphone: Microphone | null = null;
  #closing: Promise<void> | null = null;
  #device: string | null = null;
  #level = new LevelFollower();
  #pulse = new Pulse();

  constructor(
    private readonly root: HTMLElement,
    private readonly rate: number,
    private readonly events: EarEvents,
  ) {
    part(root, "devices").addEventListener("change", (event) => {
      this.#device = (event.target as HTMLSelectElement).value;
      if (this.open) events.changed();
    });
  }

  get open(): boolean {
    return this.#microphone !== null;
  }

  async listen(): Promise<void> {
    if (this.open) return;
    hideTrouble(this.root);
    say(part(this.root, "level-word"), "Opening");
    this.#pulse = new Pulse();
    this.#microphone = await Microphone.open({
      device: this.#device,
      rate: this.rate,
      worklet: given(this.root, "worklet"),
      events: {
        sound: (samples) => this.#hear(samples),
        gone: (allowed) => this.#lost(allowed ? "unplugged" : "refused"),
        muted: (yes) => this.events.muted(yes),
      },
    });
    await this.#list();
  }

  async reopen(): Promise<void> {
    await this.close();
    await this.listen();
  }

  /** When it returns, the last of the sound has been handed over. */
  async close(): Promise<void> {
    if (this.#microphone === null) return;
    this.#closing ??= this.#microphone.close().finally(() => {
      this.#microphone = this.#closing = null;
    });
    await this.#closing;
    this.#level = new LevelFollower();
    part<LevelMeter>(this.root, "level").show(0, 0);
  }

  /** To be called a few times a second. */
  look(): void {
    if (this.open && this.#pulse.look()) this.#lost("asleep");
  }

  show(before: boolean): void {
    if (this.open) part<LevelMeter>(this.root, "level").show(this.#level.bar, this.#level.peak);
    say(part(this.root, "level-word"), this.open ? HEARD[this.#level.word] : before ? "Not tested" : "Off");
  }

  #hear(samples: Int16Array): void {
    this.#level.take(samples, this.rate);
    // The clock on the wall: the page's own stands still while the device sleeps.
    const missed = this.#pulse.heard(samples.length / this.rate, Date.now());
    if (missed > 0) this.events.missed(missed);
    this.events.sound(samples);
  }

  #lost(why: Lost): void {
    if (why === "unplugged") this.#device = null;
    this.events.lost(why);
  }

  async #list(): Promise<void> {
    const found = await microphones();
    const chosen = this.#microphone?.device ?? null;
    const options = found.map(({ id, name }) => new Option(name, id, false, id === chosen));
    part(this.root, "devices").replaceChildren(...options);
    part(this.root, "choice-field").hidden = found.length === 0;
  }
}
