// The pitch page's player: a media element, its wave, its controls.
import { type Details, getJson } from "../common/api";
import { clock, size, spoken } from "../common/format";
import { given, optional, part, say, setIcon } from "../common/parts";
import { toast } from "../common/toast";
import { until } from "../common/wait";
import type { PitchTranscript } from "../transcript/pitch-transcript";
import type { PitchWave } from "../wave/pitch-wave";
import type { Peaks } from "../wave/shape";
import { oneSound } from "./one-sound";
import { onKeys } from "./shortcuts";
import { Sound } from "./sound";
import { known, neighbour, rememberedSpeed, rememberSpeed, type Speed } from "./speeds";
import { linkTo, moment, startSecond } from "./start";

class PitchPlayer extends HTMLElement {
  #speed: Speed = rememberedSpeed();
  #sound: Sound | null = null;
  #wave: PitchWave | null = null;
  #transcript: PitchTranscript | null = null;
  readonly #leaving = new AbortController();

  connectedCallback(): void {
    const audio = optional<HTMLAudioElement>(this, "audio");
    if (audio === null) return; // a failed session has nothing to play
    this.#sound = new Sound(audio, given(this, "refresh"), () => this.#trouble());
    this.#wave = part<PitchWave>(this, "wave");
    this.#transcript = optional<PitchTranscript>(this, "transcript");
    oneSound(audio);
    this.#follow(audio);
    this.#control();
    this.#setSpeed(this.#speed);
    this.#sound.seek(startSecond(location.search, this.#length));
    this.#show();
    void this.#prepare();
  }

  disconnectedCallback(): void {
    this.#leaving.abort();
  }

  get #length(): number {
    const measured = this.#sound?.audio.duration ?? Number.NaN;
    return Number.isFinite(measured) && measured > 0 ? measured : Number(this.dataset.duration ?? 0);
  }

  #follow(audio: HTMLAudioElement): void {
    for (const event of ["timeupdate", "seeking", "seeked", "loadedmetadata", "durationchange"]) {
      audio.addEventListener(event, () => this.#show());
    }
    const frame = (): void => {
      this.#show();
      if (!audio.paused) requestAnimationFrame(frame);
    };
    audio.addEventListener("play", () => {
      this.#showPlaying(true);
      this.#transcript?.goAlong();
      requestAnimationFrame(frame);
    });
    audio.addEventListener("pause", () => this.#showPlaying(false));
    audio.addEventListener("loadedmetadata", () => {
      audio.playbackRate = this.#speed;
      part(this, "trouble").hidden = true;
    });
  }

  #control(): void {
    const click = (name: string, run: () => void): void => part(this, name).addEventListener("click", run);
    click("play", () => this.#toggle());
    click("back", () => this.#skip(-10));
    click("forward", () => this.#skip(10));
    click("copy", () => void this.#copyLink());
    click("cycle", () => this.#setSpeed(neighbour(this.#speed, 1, true)));
    click("again", () => void this.#again());
    click("show-keys", () => this.#showKeys());
    part(this, "speeds").addEventListener("click", (event) => {
      const speed = known(Number((event.target as Element).closest("button")?.value));
      if (speed !== undefined) this.#setSpeed(speed);
    });
    this.#wave?.addEventListener("seek", (event) => this.#seek((event as CustomEvent<number>).detail));
    this.addEventListener("listen", (event) => this.#listen((event as CustomEvent<number>).detail));
    this.addEventListener("click", (event) => {
      const moment = (event.target as Element).closest<HTMLElement>("a[data-second]");
      if (moment === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#listen(Number(moment.dataset.second));
    });
    const keys = onKeys({
      toggle: () => this.#toggle(),
      skip: (seconds) => this.#skip(seconds),
      faster: (by) => this.#setSpeed(neighbour(this.#speed, by)),
      copyLink: () => void this.#copyLink(),
      find: () => this.#transcript?.find(),
      showKeys: () => this.#showKeys(),
    });
    document.addEventListener("keydown", keys, { signal: this.#leaving.signal });
  }

  #toggle(): void {
    const sound = this.#sound;
    if (sound === null || !sound.hasSource) return;
    if (!sound.audio.paused) sound.audio.pause();
    else void sound.play();
  }

  #listen(second: number): void {
    if (!this.#sound?.hasSource) return;
    this.#seek(second);
    void this.#sound.play();
  }

  #skip(seconds: number): void {
    this.#seek((this.#sound?.position ?? 0) + seconds);
  }

  #seek(seconds: number): void {
    this.#sound?.seek(Math.min(this.#length, Math.max(0, seconds)));
    this.#show();
    this.#transcript?.goAlong();
  }

  #setSpeed(speed: Speed): void {
    this.#speed = speed;
    rememberSpeed(speed);
    if (this.#sound !== null) {
      this.#sound.audio.defaultPlaybackRate = speed;
      this.#sound.audio.playbackRate = speed;
    }
    for (const button of part(this, "speeds").querySelectorAll("button")) {
      const chosen = Number(button.value) === speed;
      button.setAttribute("aria-pressed", String(chosen));
      button.textContent = chosen ? `${button.value}×` : button.value;
    }
    const cycle = part(this, "cycle");
    cycle.textContent = `${speed}×`;
    cycle.setAttribute("aria-label", `Speed, ${speed} times`);
  }

  #show(): void {
    const [position, length] = [this.#sound?.position ?? 0, this.#length];
    say(part(this, "now"), clock(position));
    if (length > 0) say(part(this, "length"), clock(length));
    const from = moment(position, length);
    say(part(this, "copy-word"), from > 0 ? `Copy link to ${clock(from)}` : "Copy link");
    if (this.#wave !== null) {
      this.#wave.duration = length;
      this.#wave.position = Math.min(position, length);
    }
    if (this.#transcript !== null && this.#sound?.hasSource) this.#transcript.position = position;
  }

  #showPlaying(playing: boolean): void {
    const button = part(this, "play");
    setIcon(button, playing ? "pause" : "play");
    button.setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  #showKeys(): void {
    optional<HTMLDialogElement>(this, "keys")?.showModal();
  }

  async #copyLink(): Promise<void> {
    const from = moment(this.#sound?.position ?? 0, this.#length);
    const link = linkTo(given(this, "share"), from);
    try {
      await navigator.clipboard.writeText(link);
      toast({ words: from > 0 ? `Link to ${clock(from)} copied` : "Link copied" });
    } catch {
      // The clipboard is closed to us (no HTTPS, or not permitted): the address bar is not.
      history.replaceState(history.state, "", link);
      toast({ words: "The link is in the address bar now. Copy it from there." });
    }
  }

  async #again(): Promise<void> {
    try {
      await this.#sound?.retry();
    } catch {
      this.#trouble();
    }
  }

  #trouble(): void {
    const online = navigator.onLine;
    say(part(this, "trouble-head"), online ? "The recording does not play" : "No network");
    const words = online
      ? "It is stored and safe; only playing it here failed."
      : "The recording is stored and safe. It plays again when you are back online.";
    say(part(this, "trouble-words"), words);
    part(this, "trouble").hidden = false;
  }

  /** What is not there yet is fetched as soon as it is. */
  async #prepare(): Promise<void> {
    if (this.dataset.peaks !== undefined) return this.#draw(this.dataset.peaks);
    if (this.dataset.status === "completed") return;
    const over = (details: Details): boolean => details.status === "completed" || details.status === "failed";
    try {
      const details = await until(given(this, "details"), null, over, (now) => this.#news(now), this.#leaving.signal);
      if (details.status === "failed") location.reload();
      else if (details.peaks_url) await this.#draw(details.peaks_url);
      this.#offer(details);
    } catch {
      // Left, or no longer allowed to look: what the page shows stays true.
    }
  }

  /** Completion brings the files; a page that is being listened to is not torn away for them. */
  #offer(now: Details): void {
    const { audio_duration: length, download_url: url } = now;
    if (length) {
      for (const fact of this.querySelectorAll("[data-fact=length]")) say(fact, clock(length));
      for (const fact of this.querySelectorAll("[data-fact=length-spoken]")) say(fact, spoken(length));
    }
    const button = optional<HTMLAnchorElement>(this, "download");
    if (button !== null && url) [button.href, button.hidden] = [url, false];
    this.#showFile("file", url, now.download_size);
    this.#showFile("original", now.original_url, now.audio_size);
    const later = optional(this, "files-later");
    if (later !== null) later.hidden = Boolean(url);
  }

  #showFile(name: string, url?: string | null, bytes?: number | null): void {
    const item = optional(this, name);
    const link = item?.querySelector("a");
    if (!item || !link || !url) return;
    [link.href, item.hidden] = [url, false];
    if (bytes) say(part(this, `${name}-size`), `, ${size(bytes)}`);
  }

  #news(details: Details | null): void {
    if (details === null || this.#sound === null) return;
    if (details.audio_duration) this.dataset.duration = String(details.audio_duration);
    if (details.playback_url === null || this.#sound.hasSource) return;
    this.#sound.source = details.playback_url;
    part<HTMLButtonElement>(this, "play").disabled = false;
    say(part(this, "waiting"), "Preparing the waveform. You can already listen.");
  }

  async #draw(url: string): Promise<void> {
    const waiting = part(this, "waiting");
    try {
      const peaks = await getJson<Peaks>(url);
      if (this.#wave !== null) this.#wave.peaks = peaks;
      this.dataset.duration ||= String(peaks.duration);
      waiting.hidden = true;
    } catch {
      say(waiting, "The waveform could not be loaded. You can listen without it.");
      waiting.hidden = false;
    }
    this.#show();
  }
}

customElements.define("pitch-player", PitchPlayer);
