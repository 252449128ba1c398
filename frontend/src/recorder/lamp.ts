// The strip at the top: whether the microphone is open, and what is durable.
import { device } from "../common/device";
import { clock } from "../common/format";
import { part, say } from "../common/parts";

const PATIENCE = 1500; // ms without a connection before it is said
const RELIEF = 4000; // ms that "All stored" stands after an outage
const BEHIND = 1.5; // s that are always on their way

export type LampState = "off" | "open" | "live" | "paused";

export class Lamp {
  #state: LampState = "off";
  #connected = false;
  #lostAt = 0;
  #outage = false;
  #relievedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly root: HTMLElement) {}

  set state(state: LampState) {
    this.#state = state;
    part(this.root, "lamp").dataset.state = state;
  }

  set connected(yes: boolean) {
    if (this.#connected && !yes) this.#lostAt = performance.now();
    this.#connected = yes;
  }

  /** Recording begins: from now on a missing connection counts. */
  start(): void {
    this.#lostAt = performance.now();
  }

  /** Seconds said and seconds durable; `saved`: what is not durable yet outlives this page. */
  show(said: number, stored: number, saved: boolean): void {
    say(part(this.root, "lamp-name"), this.#name(said));
    const words = this.#words(said, stored, saved);
    say(part(this.root, "lamp-words"), words);
    part(this.root, "lamp-check").toggleAttribute("hidden", !/^(Stored|All stored)/.test(words));
  }

  get offline(): boolean {
    return !this.#connected && performance.now() - this.#lostAt > PATIENCE;
  }

  #name(said: number): string {
    if (this.#state === "live") return "Recording";
    if (this.#state === "paused") return `Paused at ${clock(said)}`;
    return "Not recording";
  }

  #words(said: number, stored: number, saved: boolean): string {
    if (this.#state === "off") return "Microphone is off";
    if (this.#state === "open") return "Microphone is on";
    if (this.offline) return this.#cutOff(said - stored, saved);
    if (this.#outage && said - stored < BEHIND) {
      this.#outage = false;
      this.#relievedAt = performance.now();
    }
    if (performance.now() - this.#relievedAt < RELIEF) return "All stored";
    if (this.#state === "paused") return "Microphone is off";
    return this.#connected || stored > 0 ? `Stored to ${clock(stored)}` : "Connecting";
  }

  #cutOff(here: number, saved: boolean): string {
    this.#outage = true;
    if (here < 0.05) return this.#state === "paused" ? "Microphone is off" : "No network";
    return saved ? `No network. Saved on this ${device()}, will send` : "No network. Keep this page open";
  }
}
