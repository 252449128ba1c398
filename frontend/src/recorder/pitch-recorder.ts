// The recorder: from the first test of the microphone to the stored pitch.

import { device } from "../common/device";
import { clock } from "../common/format";
import { given, part, say, setIcon } from "../common/parts";
import { takeToken } from "../common/token";
import { hideTrouble, showTrouble } from "../common/trouble";
import { Captions } from "./captions";
import { ClockFace } from "./clock-face";
import { Ending } from "./ending";
import { Lamp } from "./lamp";
import { LevelFollower } from "./level";
import type { LevelMeter } from "./level-meter";
import { type LiveEvents, LiveLink } from "./live-link";
import type { LiveWave } from "./live-wave";
import { Microphone, microphones } from "./microphone";
import { toBytes, wavFile } from "./pcm";
import { Tab } from "./tab";
import { Unacknowledged } from "./unacknowledged";
import { endTrouble, LEVEL_WORDS, microphoneTrouble, type Trouble } from "./words";

type Stage = "before" | "recording" | "paused" | "ending" | "over";

const TICK = 250; // ms; for what changes without sound: connection lost, all stored

class PitchRecorder extends HTMLElement {
  #stage: Stage = "before";
  #microphone: Microphone | null = null;
  #device: string | null = null;
  #busy = false;
  #link: LiveLink | null = null;
  #base = 0;
  #stored = 0;
  #token: string | null = null;
  #rate = 16_000;
  readonly #bytes = new Unacknowledged();
  #level = new LevelFollower();
  readonly #tab = new Tab(this.dataset.icon ?? "");
  readonly #lamp = new Lamp(this);
  readonly #ending = new Ending(this);
  #face!: ClockFace;
  #captions!: Captions;
  #wave!: LiveWave;
  #painting = 0;

  connectedCallback(): void {
    this.#token = takeToken(given(this, "session"));
    this.#rate = Number(given(this, "rate"));
    this.#face = new ClockFace(this, Number(given(this, "limit")));
    this.#captions = new Captions(part(this, "captions"));
    this.#wave = part<LiveWave>(this, "wave");
    this.#wave.rate = this.#rate;
    const click = (name: string, run: () => Promise<void>): void =>
      part(this, name).addEventListener("click", () => void this.#once(run));
    click("test", () => this.#test());
    click("record", () => this.#record());
    click("pause", () => (this.#stage === "recording" ? this.#pause() : this.#record()));
    click("stop", () => this.#stop());
    part(this, "devices").addEventListener("change", (event) => {
      this.#device = (event.target as HTMLSelectElement).value;
      if (this.#microphone !== null) void this.#once(() => this.#reopen());
    });
    setInterval(() => this.#show(), TICK);
    this.#enter("before");
  }

  /** A second press while the first is still at work does nothing. */
  async #once(run: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await run();
    } catch (error) {
      this.#trouble(microphoneTrouble(error));
    } finally {
      this.#busy = false;
    }
  }

  async #test(): Promise<void> {
    if (this.#microphone !== null) await this.#close();
    else await this.#open();
    this.#enter("before");
  }

  async #record(): Promise<void> {
    await this.#open();
    this.#lamp.start();
    this.#enter("recording");
    this.#link ??= new LiveLink(this.#address(), this.#rate, this.#bytes, this.#events());
  }

  async #pause(): Promise<void> {
    await this.#close();
    if (this.#stage === "recording") this.#enter("paused");
  }

  async #stop(): Promise<void> {
    await this.#close();
    if (this.#stage === "over" || this.#stage === "ending") return;
    this.#ending.begin(this.#bytes.end, this.#stored);
    this.#enter("ending");
    this.#link?.finish();
  }

  async #reopen(): Promise<void> {
    await this.#close();
    await this.#open();
  }

  async #open(): Promise<void> {
    if (this.#microphone !== null) return;
    hideTrouble(this);
    say(part(this, "level-word"), "Opening");
    this.#microphone = await Microphone.open({
      device: this.#device,
      rate: this.#rate,
      worklet: given(this, "worklet"),
      events: { sound: (samples) => this.#hear(samples), gone: () => void this.#once(() => this.#unplugged()) },
    });
    await this.#list();
  }

  async #close(): Promise<void> {
    const microphone = this.#microphone;
    if (microphone === null) return;
    await microphone.close(); // its last sound still belongs to the recording
    this.#microphone = null;
    this.#level = new LevelFollower();
    part<LevelMeter>(this, "level").show(0, 0);
  }

  async #unplugged(): Promise<void> {
    const recording = this.#stage === "recording";
    this.#device = null;
    await this.#pause();
    if (recording) this.#notice("The microphone went away. Everything until then is kept; press Continue to go on.");
    else this.#enter(this.#stage);
  }

  async #list(): Promise<void> {
    const found = await microphones();
    const chosen = this.#microphone?.device ?? null;
    const options = found.map(({ id, name }) => new Option(name, id, false, id === chosen));
    part(this, "devices").replaceChildren(...options);
    part(this, "choice-field").hidden = found.length === 0;
  }

  #hear(samples: Int16Array): void {
    this.#level.take(samples, this.#rate);
    if (this.#stage === "recording") {
      if (!this.#bytes.append(toBytes(samples))) {
        void this.#once(() => this.#pause());
        this.#notice(`This ${device()} can hold no more. Get back online; then press Continue.`);
        return;
      }
      this.#wave.push(samples);
      this.#link?.push();
      this.#tab.recording(this.#seconds(this.#bytes.end)); // also in a tab that is not seen and does not paint
    }
    this.#painting ||= requestAnimationFrame(() => {
      this.#painting = 0;
      this.#show();
    });
  }

  #events(): LiveEvents {
    return {
      connected: (yes) => {
        this.#lamp.connected = yes;
      },
      begun: (offset) => {
        this.#base = offset;
      },
      stored: (offset) => {
        this.#stored = Math.max(this.#stored, offset);
        this.#wave.stored = (offset - this.#base) / 2;
      },
      stopped: () => void this.#kept(),
      ended: (code) => void this.#ended(code),
      notice: (code, message) => this.#told(code, message),
      transcript: (words) => this.#captions.take(words),
    };
  }

  #told(code: string, message: string): void {
    if (code === "no_audio" && this.#stage === "ending") {
      this.#link?.goOn(); // nothing was said before Stop, so there is nothing to keep
      this.#enter("paused");
    }
    this.#notice(message, code);
  }

  async #kept(): Promise<void> {
    this.#enter("ending");
    this.#tab.guarded = false;
    await this.#close();
    await this.#ending.open(given(this, "details"), this.#token, given(this, "page"));
  }

  async #ended(code: number): Promise<void> {
    await this.#close();
    this.#enter("over");
    this.#trouble(endTrouble(code));
  }

  #trouble({ head, words, code, action }: Trouble): void {
    const actions = [];
    if (action === "again") actions.push({ label: "Try again", to: () => void this.#once(() => this.#again()) });
    if (action === "reload") actions.push({ label: "Record here", to: () => location.reload() });
    if (action === "open") actions.push({ label: "Open the pitch", to: given(this, "page") });
    const rest = this.#bytes.read(this.#bytes.start, this.#bytes.end - this.#bytes.start);
    if (this.#stage === "over" && rest.length > 0) {
      const label = `Save the last ${clock(this.#seconds(rest.length))} as a file`;
      const save = `${given(this, "name")}, from ${clock(this.#seconds(this.#bytes.start))}.wav`.replace(
        /[:/\\]/g,
        ".",
      );
      actions.push({ label, to: URL.createObjectURL(wavFile(rest, this.#rate)), save });
    }
    const stage = this.#stage === "recording" || this.#stage === "paused" ? "paused" : this.#stage;
    this.#enter(stage);
    if (stage === "paused") this.#notice(`${head}. ${words}`);
    else showTrouble(this, head, words, code, actions);
  }

  async #again(): Promise<void> {
    await this.#open();
    this.#enter("before");
  }

  #notice(words: string, code = ""): void {
    const line = part(this, "notice");
    line.hidden = words === "";
    line.dataset.code = code;
    say(line, words);
  }

  #address(): string {
    const url = new URL(given(this, "live"), location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (this.#token !== null) url.searchParams.set("token", this.#token);
    return url.href;
  }

  #seconds(bytes: number): number {
    return bytes / 2 / this.#rate;
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    const [open, taking] = [this.#microphone !== null, stage === "recording" || stage === "paused"];
    part(this, "before").hidden = stage !== "before" && stage !== "over";
    part(this, "choice").hidden = stage !== "before";
    part(this, "take").hidden = !taking;
    part(this, "after").hidden = stage !== "ending";
    part(this, "dock").hidden = stage === "ending" || stage === "over";
    part(this, "before-buttons").hidden = stage !== "before";
    part(this, "take-buttons").hidden = !taking;
    say(part(this, "test-word"), open ? "Close" : "Test");
    say(part(this, "pause-word"), stage === "paused" ? "Continue" : "Pause");
    setIcon(part(this, "pause"), stage === "paused" ? "record" : "pause");
    if (stage === "recording") this.#notice("");
    this.#lamp.state = stage === "recording" ? "live" : taking ? "paused" : open ? "open" : "off";
    this.#wave.open = stage === "recording";
    this.#tab.open = stage === "recording";
    this.#show();
  }

  #show(): void {
    const [said, stored] = [this.#seconds(this.#bytes.end), this.#seconds(this.#stored)];
    const here = this.#seconds(this.#bytes.end - this.#bytes.start);
    this.#lamp.show(said, stored);
    if (this.#stage === "ending") this.#ending.show(this.#stored, this.#rate, this.#lamp.offline);
    this.#tab.guarded = this.#stage === "recording" || (here > 0 && this.#stage !== "before");
    part(this, "only-here").hidden = here < 0.05;
    say(part(this, "only-here-words"), `On this ${device()}, ${here.toFixed(1)}\u00a0s`);
    this.#face.show(said);
    this.#showLevel();
  }

  #showLevel(): void {
    const word = part(this, "level-word");
    if (this.#microphone === null) {
      say(word, this.#stage === "before" ? "Not tested" : "Off");
      return;
    }
    part<LevelMeter>(this, "level").show(this.#level.bar, this.#level.peak);
    say(word, this.#level.word === "none" ? "Listening" : LEVEL_WORDS[this.#level.word]);
  }
}

customElements.define("pitch-recorder", PitchRecorder);
