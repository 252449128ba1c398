// A recording that waits on this device: what, when, how much is stored and how much is only here, and the way on.
import { device } from "../common/device";
import { clock, percent } from "../common/format";
import { recently } from "../common/local-time";
import { part, say } from "../common/parts";
import { openPage } from "../common/pitch-page";
import { toast } from "../common/toast";
import { playableOrFailed, until } from "../common/wait";
import { Claim } from "../keep/claim";
import { endOf, type Found, seconds, startOf } from "../keep/kept";
import type { Store } from "../keep/store";
import { type LiveEvents, OVERTAKEN } from "../recorder/live-link";
import { wavFile } from "../recorder/pcm";
import { isGone, Take } from "../recorder/take";
import { fileName } from "../recorder/telling";
import { silentDevice } from "../recorder/words";
import { Listening } from "./listening";
import { silhouette } from "./silhouette";
import { type Standing, standing } from "./standing";
import type { WaitingWave } from "./waiting-wave";
import { said, stored } from "./words";

export interface CardEvents {
  /** Going on recording was chosen; without it the card leads to the recorder's page. */
  goOn?: (found: Found) => void;
  /** There is nothing to be done any more. */
  gone(): void;
}

const TICK = 250; // ms

export class RecoveryCard extends HTMLElement {
  #store!: Store;
  #found!: Found;
  #events!: CardEvents;
  #standing: Standing = { is: "open" };
  #take: Take | null = null;
  #connected = true;
  #chosen = false;
  #listening!: Listening;

  get session(): string {
    return this.#found.session;
  }

  /** It is being sent. */
  get busy(): boolean {
    return this.#take !== null;
  }

  /** Nothing happened to it since this card was made. */
  shows({ session, to, stored }: Found): boolean {
    return session === this.session && (this.busy || (to === this.#found.to && stored === this.#found.stored));
  }

  show(store: Store, found: Found, events: CardEvents): void {
    [this.#store, this.#found, this.#events] = [store, found, events];
    this.#listening = new Listening(part(this, "card-listen"), part(this, "card-listen-words"), (share) => {
      part<WaitingWave>(this, "card-wave").heard = share === null ? null : this.#place(share);
    });
    const click = (name: string, run: () => Promise<void>): void =>
      part(this, name).addEventListener("click", () => void run());
    click("card-send", () => this.#send());
    click("card-listen", () => this.#listening.press(() => this.#sound(0)));
    click("card-save", () => this.#save(stored(found, this.#standing)));
    click("card-save-all", () => this.#save(0));
    click("card-discard", () => this.#discard());
    this.#goOn(part<HTMLAnchorElement>(this, "card-go-on"));
    part<HTMLAnchorElement>(this, "card-open").href = found.page;
    part(this, "card-open").addEventListener("click", (event) => {
      event.preventDefault();
      void openPage(found.details, found.token, found.page);
    });
    this.#say();
    void this.#draw();
    void this.#ask();
  }

  #goOn(link: HTMLAnchorElement): void {
    const { recorder, token } = this.#found;
    link.href = token === null ? recorder : `${recorder}#${token}`;
    link.addEventListener("click", (event) => {
      if (this.#events.goOn === undefined) return;
      event.preventDefault();
      this.#listening.stop();
      this.#chosen = true;
      this.#events.goOn(this.#found);
    });
  }

  async #draw(): Promise<void> {
    const { session, from, to } = this.#found;
    const sound = await this.#store.sound(session, from, to);
    part<WaitingWave>(this, "card-wave").peaks = await silhouette(sound, startOf(this.#found) / endOf(this.#found));
  }

  /** The server may have stopped it meanwhile, with or without all of it. */
  async #ask(): Promise<void> {
    const now = await standing(this.#found);
    if (this.busy || this.#chosen) return;
    this.#standing = now;
    if (now.is === "stopped" && now.stored >= endOf(this.#found)) await this.#complete();
    else this.#say();
  }

  async #complete(): Promise<void> {
    await this.#store.remove(this.session);
    this.#leave();
  }

  #say(): void {
    const { team, began, rate, stopped } = this.#found;
    const { head, words, way, label } = said(this.#found, this.#standing, device());
    const whole = clock(seconds(endOf(this.#found) - startOf(this.#found), rate));
    say(part(this, "card-head"), head);
    say(part(this, "card-team"), team);
    say(part(this, "card-when"), recently(began));
    say(part(this, "card-words"), words);
    say(part(this, way === "send" ? "card-send" : "card-save"), label);
    part(this, "card-send").hidden = way !== "send";
    part(this, "card-save").hidden = way !== "save";
    part(this, "card-open").hidden = this.#standing.is !== "stopped";
    part(this, "card-go-on").hidden = way !== "send" || stopped;
    say(part(this, "card-save-all"), `Save all ${whole} as a file`);
    say(part(this, "card-discard"), `Discard the ${whole} on this ${device()}`);
    part<WaitingWave>(this, "card-wave").stored = stored(this.#found, this.#standing) / endOf(this.#found);
  }

  async #send(): Promise<void> {
    if (this.busy) return;
    this.#listening.stop();
    const claim = await Claim.take(this.session);
    if (claim === null) return say(part(this, "card-words"), "Another tab is at work on it just now.");
    claim.doing = "ending";
    let take: Take;
    try {
      take = await Take.hold(this.#store, this.#found);
    } catch (error) {
      claim.release();
      // Another tab has sent it, or let go of it. A page that would go on with it shows what is the case now.
      if (isGone(error)) return this.#events.goOn ? location.reload() : this.#leave();
      return say(part(this, "card-words"), silentDevice().words);
    }
    this.#take = take;
    claim.taken = () => take.leave();
    const progress = setInterval(() => this.#progress(take), TICK);
    const over = async (): Promise<void> => {
      clearInterval(progress);
      claim.release();
    };
    this.classList.add("sending");
    this.#progress(take);
    void take.connect(this.#live(over));
    take.finish();
  }

  #live(over: () => Promise<void>): LiveEvents {
    return {
      connected: (yes) => {
        this.#connected = yes;
      },
      begun: () => {},
      stored: () => {},
      transcript: () => {},
      notice: (_, message) => say(part(this, "card-words"), message),
      stopped: () => void over().then(() => this.#stopped()),
      ended: (code) => void over().then(() => this.#ended(code)),
    };
  }

  #progress(take: Take): void {
    const share = take.said > 0 ? take.stored / take.said : 1;
    say(part(this, "card-send"), `Sending, ${percent(share)}`);
    part<WaitingWave>(this, "card-wave").stored = share;
    if (this.#connected) say(part(this, "card-words"), `Sending the last ${clock(Math.ceil(take.here))}.`);
    else say(part(this, "card-words"), `No network. It is saved on this ${device()}, and goes on by itself.`);
  }

  async #stopped(): Promise<void> {
    const { details, token, page } = this.#found;
    await this.#take?.forget();
    say(part(this, "card-words"), "All stored. Opening your pitch.");
    say(part(this, "card-send"), "All stored");
    part<WaitingWave>(this, "card-wave").stored = 1;
    await until(details, token, playableOrFailed).catch(() => {}); // the page itself will say
    location.assign(page);
  }

  async #ended(code: number): Promise<void> {
    if ((code === OVERTAKEN || code === 4409) && this.#take?.here === 0) {
      await this.#take.forget();
      toast({ words: `${this.#found.team}: all of this is stored, and somebody goes on with it on another device.` });
      return this.#leave();
    }
    await this.#take?.leave();
    this.#found = (await this.#store.find(this.session).catch(() => null)) ?? this.#found;
    this.#take = null;
    this.classList.remove("sending");
    if (code === 4401 || code === 4403) this.#standing = { is: "expired" };
    else if (code === 4404) this.#standing = { is: "deleted" };
    else if (code === OVERTAKEN) this.#standing = { is: "overtaken" };
    else if (code === 4410) return this.#ask();
    else if (code !== 4409) this.#standing = { is: "refused", code: String(code) };
    this.#say();
  }

  /** Saves what is here from an offset on as a sound file. */
  async #save(offset: number): Promise<void> {
    const from = Math.max(offset, startOf(this.#found));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await this.#sound(from));
    link.download = fileName(this.#found.team, seconds(from, this.#found.rate));
    link.click();
  }

  async #sound(offset: number): Promise<Blob> {
    const { session, base, to, rate } = this.#found;
    const from = Math.max(offset - (base ?? 0), this.#found.from);
    return wavFile(await this.#store.sound(session, from, to), rate);
  }

  async #discard(): Promise<void> {
    this.#listening.stop();
    this.hidden = true;
    const { team, rate } = this.#found;
    const length = clock(seconds(endOf(this.#found) - startOf(this.#found), rate));
    toast({
      words: `${team}: ${length} on this ${device()} discarded.`,
      action: {
        label: "Undo",
        run: () => {
          this.hidden = false;
        },
      },
      gone: () =>
        void this.#complete().catch(() => {
          this.hidden = false; // the device did not take it: it is still here
        }),
    });
  }

  /** From a share of what is here to a share of the whole. */
  #place(share: number): number {
    const before = startOf(this.#found) / endOf(this.#found);
    return before + share * (1 - before);
  }

  #leave(): void {
    this.remove();
    this.#events.gone();
  }
}

customElements.define("recovery-card", RecoveryCard);
