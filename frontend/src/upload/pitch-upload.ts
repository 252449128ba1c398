// The upload page: choose, watch it go, hold it and go on, and hear what became of it.
import { percent, size } from "../common/format";
import { given, part, say } from "../common/parts";
import { pageOf } from "../common/pitch-page";
import { takeToken } from "../common/token";
import { hideTrouble, showTrouble } from "../common/trouble";
import { playableOrFailed, until } from "../common/wait";
import { Sender } from "./sender";

class PitchUpload extends HTMLElement {
  #token: string | null = null;
  #sender: Sender | null = null;
  #share = 0;
  #sending = false;
  readonly #guard = (event: BeforeUnloadEvent): void => event.preventDefault();

  connectedCallback(): void {
    this.#token = takeToken(given(this, "session"));
    const field = part<HTMLInputElement>(this, "file");
    field.addEventListener("change", () => {
      const file = field.files?.[0];
      field.value = ""; // so that the same file can be chosen again
      if (file !== undefined) void this.#take(file);
    });
    part(this, "hold").addEventListener("click", () => void (this.#sending ? this.#hold() : this.#goOn()));
    part(this, "other").addEventListener("click", () => void this.#other());
    this.#drops(part(this, "choose"));
    window.addEventListener("online", () => {
      if (this.#sender !== null && !this.#sending && this.dataset.held !== "true") void this.#goOn();
    });
  }

  #drops(target: HTMLElement): void {
    target.addEventListener("dragover", (event) => {
      event.preventDefault();
      target.toggleAttribute("data-over", true);
    });
    target.addEventListener("dragleave", () => target.toggleAttribute("data-over", false));
    target.addEventListener("drop", (event) => {
      event.preventDefault();
      target.toggleAttribute("data-over", false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void this.#take(file);
    });
  }

  async #take(file: File): Promise<void> {
    const refusal = this.#refusal(file);
    if (refusal !== null) {
      showTrouble(this, "This file cannot be used", refusal, "", []);
      return;
    }
    this.#sender = new Sender(file, given(this, "endpoint"), this.#token, {
      progress: (sent, total, speed) => this.#progress(sent, total, speed),
      done: () => void this.#done(),
      stopped: (status, code, message) => this.#stopped(status, code, message),
    });
    say(part(this, "name"), file.name);
    this.#progress(0, file.size, 0);
    part(this, "choose").hidden = true;
    part(this, "sending").hidden = false;
    const alternative = document.querySelector<HTMLElement>(".alternative");
    if (alternative !== null) alternative.hidden = true; // one session, one source
    await this.#goOn();
  }

  #refusal(file: File): string | null {
    const most = Number(given(this, "max"));
    if (file.size === 0) return `${file.name} is empty.`;
    if (file.size > most) return `${file.name} has ${size(file.size)}; at most ${size(most)} can be taken.`;
    const type = file.type.split("/", 1)[0] ?? "";
    const sound = ["", "audio", "video", "application"].includes(type) && file.type !== "application/pdf";
    return sound ? null : `${file.name} holds no sound. Choose an audio or video file, such as MP3, M4A, WAV or MP4.`;
  }

  async #goOn(): Promise<void> {
    hideTrouble(this);
    this.#show(true, "Sending. Keep this page open; after a cut it goes on by itself.");
    this.dataset.held = "false";
    await this.#sender?.start();
  }

  async #hold(): Promise<void> {
    this.dataset.held = "true";
    await this.#sender?.hold();
    this.#show(false, `Paused at ${percent(this.#share)}. Nothing is lost.`);
  }

  async #other(): Promise<void> {
    await this.#sender?.hold();
    this.#sender = null;
    this.#show(false, "");
    hideTrouble(this);
    part(this, "sending").hidden = true;
    part(this, "choose").hidden = false;
  }

  #progress(sent: number, total: number, speed: number): void {
    this.#share = total > 0 ? sent / total : 0;
    say(part(this, "share"), percent(this.#share));
    say(part(this, "bytes"), `${size(sent)} of ${size(total)}`);
    say(part(this, "speed"), speed > 0 ? `${size(speed)} a second` : "");
    part(this, "bar").setAttribute("aria-valuenow", String(Math.floor(this.#share * 100)));
    part(this, "line").style.transform = `scaleX(${this.#share})`;
  }

  #stopped(status: number, code: string, message: string): void {
    if (status === 0 || status >= 500) {
      const words = `The upload stopped at ${percent(this.#share)}. Nothing is lost; it goes on when you are back online, or press Continue.`;
      this.#show(false, words);
      return;
    }
    this.#show(false, "");
    part(this, "sending").hidden = true;
    part(this, "choose").hidden = status !== 413 && status !== 422;
    const words = message || "Ask for a new link, and open it here.";
    showTrouble(this, "The server did not take this file", words, code, []);
  }

  async #done(): Promise<void> {
    this.#show(false, "All stored. Reading the sound.");
    part(this, "hold").hidden = true;
    part(this, "other").hidden = true;
    try {
      const details = await until(given(this, "details"), this.#token, playableOrFailed);
      if (details.status !== "failed") return location.replace(pageOf(details));
      part(this, "sending").hidden = true;
      const { code, message } = details.error ?? { code: "failed", message: "The file holds no sound we can read." };
      showTrouble(this, "This recording could not be read", `${message} The file is kept as you sent it.`, code, [
        { label: "Open its page", to: pageOf(details) },
      ]);
    } catch {
      location.replace(given(this, "page"));
    }
  }

  #show(sending: boolean, words: string): void {
    this.#sending = sending;
    say(part(this, "hold"), sending ? "Pause" : "Continue");
    say(part(this, "say"), words);
    if (sending) window.addEventListener("beforeunload", this.#guard);
    else window.removeEventListener("beforeunload", this.#guard);
  }
}

customElements.define("pitch-upload", PitchUpload);
