// The recorder: from the first test of the microphone to the stored pitch.

import { clock } from "../common/format";
import { given, part, say } from "../common/parts";
import { takeToken } from "../common/token";
import { hideTrouble } from "../common/trouble";
import { Claim } from "../keep/claim";
import type { Found } from "../keep/kept";
import { openStore } from "../keep/store";
import { greetedBy } from "../recovery/greeting";
import { isComplete } from "../recovery/standing";
import { about } from "./about";
import { Captions } from "./captions";
import { Display } from "./display";
import { Ear } from "./ear";
import type { LampState } from "./lamp";
import { type LiveEvents, OVERTAKEN } from "./live-link";
import type { LiveWave } from "./live-wave";
import { toBytes } from "./pcm";
import { type Stage, showStage } from "./stage";
import { Tab } from "./tab";
import { isGone, Take } from "./take";
import { elsewhere, tell, unanswered } from "./telling";
import {
  endTrouble,
  lostWords,
  MUTED,
  microphoneTrouble,
  missedWords,
  noRoomWords,
  silentDevice,
  type Trouble,
  unsavedWords,
} from "./words";

const TICK = 250; // ms; for what changes without sound: connection lost, all stored
const LAMPS: Partial<Record<Stage, LampState>> = { recording: "live", paused: "paused" };

class PitchRecorder extends HTMLElement {
  #stage: Stage = "before";
  #busy = false;
  #take: Take | null = null;
  #claim: Claim | null = null;
  #slept = false;
  #warned = "";
  #painting = 0;
  #token: string | null = null;
  readonly #store = openStore(given(this, "keeper"));
  readonly #tab = new Tab(this.dataset.icon ?? "");
  #ear!: Ear;
  #display!: Display;
  #captions!: Captions;
  #wave!: LiveWave;
  #greeting: Promise<void> = Promise.resolve();

  connectedCallback(): void {
    this.#token = takeToken(given(this, "session"));
    const rate = Number(given(this, "rate"));
    this.#display = new Display(this);
    this.#captions = new Captions(this);
    this.#wave = part<LiveWave>(this, "wave");
    this.#wave.rate = rate;
    this.#ear = new Ear(this, rate, {
      sound: (samples) => this.#hear(samples),
      lost: (why) => void this.#once(() => this.#silenced(lostWords(why, clock(this.#said)), why === "asleep")),
      missed: (seconds) => this.#stage === "recording" && this.#notice(missedWords(clock(seconds))),
      muted: (yes) => this.#stage === "recording" && this.#notice(yes ? MUTED : ""),
      changed: () => void this.#once(() => this.#ear.reopen()),
    });
    this.#listenToButtons();
    document.addEventListener("visibilitychange", () => this.#wake());
    setInterval(() => this.#tick(), TICK);
    this.#enter("before");
    this.#greeting = this.#greet();
    void fetch(given(this, "worklet")).catch(() => undefined); // in the cache, should the network go before the press
  }

  #listenToButtons(): void {
    const click = (name: string, run: () => Promise<void>): void =>
      part(this, name).addEventListener("click", () => void this.#once(run));
    click("test", () => this.#test());
    click("record", () => this.#record());
    click("pause", () => (this.#stage === "recording" ? this.#pause() : this.#record()));
    click("stop", () => this.#stop());
  }

  /** A second press while the first is still at work does nothing. */
  async #once(run: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await run();
    } catch (error) {
      if (!this.#isOver()) await this.#trouble(microphoneTrouble(error)); // what it ended with is told already
    } finally {
      this.#busy = false;
    }
  }

  /** What is on this device comes first, and another tab at work before that. */
  async #greet(): Promise<void> {
    const session = given(this, "session");
    if (await Claim.isHeld(session)) {
      this.#enter("over");
      void elsewhere(this, session, () => this.#greet()); // which may take hours: a press on Record does not wait so long
      return;
    }
    hideTrouble(this);
    const events = {
      goOn: (found: Found) => void this.#once(() => this.#resume(found)),
      gone: () => this.#enter("before"),
    };
    try {
      this.#enter((await greetedBy(this, this.#store, session, events)) ? "greeted" : "before");
    } catch {
      this.#enter("over");
      const without = (): void => {
        hideTrouble(this);
        this.#enter("before");
      };
      unanswered(this, () => void this.#greet(), without);
    }
  }

  async #test(): Promise<void> {
    await this.#greeting;
    if (this.#stage !== "before") return;
    if (this.#ear.open) await this.#ear.close();
    else await this.#ear.listen();
    this.#enter("before");
  }

  async #record(): Promise<void> {
    await this.#greeting;
    if (this.#stage !== "before" && this.#stage !== "paused") return; // something else is asked first
    if (!(await this.#claimed())) return;
    const holding = this.#take ?? Take.hold(this.#store, about(this, this.#token));
    await this.#ear.listen();
    this.#take = await holding;
    if (this.#isOver()) return this.#tooLate(this.#take); // another tab has it, or the server ended it meanwhile
    this.#display.lamp.start();
    await this.#take.connect(this.#events());
    if (this.#isOver()) return this.#tooLate(this.#take);
    if (this.#ear.open) this.#enter("recording"); // else it was over before it began
  }

  async #tooLate(take: Take): Promise<void> {
    await this.#ear.close();
    if (this.#stage === "over") await take.leave();
  }

  #isOver(): boolean {
    return this.#stage === "over" || this.#stage === "ending";
  }

  /** Goes on with what an earlier page recorded. */
  async #resume(found: Found): Promise<void> {
    if (!(await this.#claimed())) return;
    try {
      this.#take = await Take.hold(this.#store, found);
    } catch (error) {
      this.#claim?.release();
      this.#claim = null;
      if (isGone(error)) return location.reload(); // another tab has sent it, or let go of it
      return tell(this, silentDevice(), null, () => {});
    }
    for (const samples of await this.#take.latest()) this.#wave.push(samples);
    this.#enter("paused");
    await this.#record();
  }

  /** One tab records a session. */
  async #claimed(): Promise<boolean> {
    const session = given(this, "session");
    this.#claim ??= await Claim.take(session);
    if (this.#claim === null) await this.#greet();
    else this.#claim.taken = () => this.#leave(4409);
    return this.#claim !== null;
  }

  async #pause(): Promise<void> {
    await this.#ear.close();
    if (this.#stage === "recording") this.#enter("paused");
    await this.#take?.settle();
  }

  async #stop(): Promise<void> {
    await this.#ear.close();
    const take = this.#take;
    if (take === null || this.#isOver()) return;
    this.#display.ending.begin(take.said, take.stored);
    this.#enter("ending");
    void take.connect(this.#events());
    take.finish();
  }

  async #silenced(words: string, asleep: boolean): Promise<void> {
    const recording = this.#stage === "recording";
    await this.#pause();
    this.#slept = recording && asleep;
    if (recording) this.#notice(words);
    else this.#enter(this.#stage);
  }

  /** A phone takes the microphone away from a page that nobody sees, and lets it have it again. */
  #wake(): void {
    if (document.visibilityState === "visible" && this.#slept) void this.#once(() => this.#record());
  }

  #hear(samples: Int16Array): void {
    if (this.#stage === "recording" && this.#take !== null) {
      if (!this.#take.append(toBytes(samples))) {
        void this.#once(() => this.#silenced(noRoomWords(), false));
        return;
      }
      this.#wave.push(samples);
      this.#tab.recording(this.#said); // also in a tab that is not seen and does not paint
    }
    this.#painting ||= requestAnimationFrame(() => {
      this.#painting = 0;
      this.#show();
    });
  }

  #events(): LiveEvents {
    return {
      connected: (yes) => {
        this.#display.lamp.connected = yes;
      },
      begun: () => {},
      stored: () => {
        this.#wave.unstored = this.#take?.here ?? 0;
      },
      stopped: () => void this.#stopped(),
      ended: (code) => void this.#ended(code),
      notice: (code, message) => this.#told(code, message),
      transcript: (words) => this.#captions.take(words),
    };
  }

  #told(code: string, message: string): void {
    if (code === "no_audio" && this.#stage === "ending") {
      this.#take?.goOn(); // nothing was said before Stop, so there is nothing to keep
      this.#enter("paused");
    }
    if (code === "transcriber_unavailable") this.#captions.unavailable(message);
    else this.#notice(message, code);
  }

  async #stopped(): Promise<void> {
    this.#enter("ending");
    this.#tab.guarded = false;
    await this.#ear.close();
    await this.#take?.forget();
    this.#claim?.release();
    await this.#display.ending.open(given(this, "details"), this.#take?.about.token ?? null, given(this, "page"));
  }

  async #ended(code: number): Promise<void> {
    await this.#ear.close();
    const take = this.#take;
    if (code === 4410 && take !== null) {
      this.#display.ending.begin(take.stored, take.stored); // nothing more is sent
      this.#enter("ending"); // whether all of it is in there may be known only when it is finished
      if (await isComplete(take.known, take.end)) return this.#stopped();
    }
    // Others are at it, and nothing of it is only here: to finish it is theirs.
    const theirs = (code === 4409 || code === OVERTAKEN) && take?.here === 0;
    if (theirs) await take.forget();
    await this.#leave(theirs ? 4409 : code);
  }

  async #leave(code: number): Promise<void> {
    await this.#ear.close();
    if (this.#stage === "over") return;
    this.#enter("over");
    try {
      await this.#trouble(endTrouble(code, clock(this.#take?.stored ?? 0)));
    } finally {
      await this.#take?.leave();
      this.#claim?.release();
      this.#claim = null;
    }
  }

  async #trouble(trouble: Trouble): Promise<void> {
    if (this.#stage === "recording" || this.#stage === "paused") {
      this.#enter("paused");
      return this.#notice(`${trouble.head}. ${trouble.words}`);
    }
    this.#enter(this.#stage);
    const rest = this.#stage === "over" ? this.#take : null;
    await tell(this, trouble, rest, () => void this.#once(() => this.#test()));
  }

  #notice(words: string, code = ""): void {
    const line = part(this, "notice");
    line.hidden = words === "";
    line.dataset.code = code;
    say(line, words);
  }

  get #said(): number {
    return this.#take?.said ?? 0;
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.#slept = false;
    showStage(this, stage, this.#ear.open);
    if (stage === "recording") {
      this.#notice("");
      this.#warned = "";
    }
    this.#display.lamp.state = LAMPS[stage] ?? (this.#ear.open ? "open" : "off");
    this.#wave.open = stage === "recording";
    this.#tab.open = stage === "recording";
    if (this.#claim !== null) this.#claim.doing = stage === "recording" || stage === "ending" ? stage : "paused";
    this.#show();
  }

  #tick(): void {
    this.#ear.look();
    const refusal = this.#stage === "recording" ? (this.#take?.refusal ?? "") : "";
    const words = refusal === "" ? "" : unsavedWords(refusal === "full");
    if (words !== this.#warned) this.#notice(words);
    this.#warned = words;
    this.#show();
  }

  #show(): void {
    this.#display.show(this.#take, this.#stage === "ending");
    const { here = 0, saved = false } = this.#take ?? {};
    this.#tab.guarded = this.#stage === "recording" || (here > 0 && !(saved && this.#stage === "over"));
    this.#ear.show(this.#stage === "before");
  }
}

customElements.define("pitch-recorder", PitchRecorder);
