// The small player of a card: the kept sound where there is one, else over the network.
import { type Details, getJson } from "../common/api";
import { clock, spoken } from "../common/format";
import { part, say, setIcon } from "../common/parts";
import { oneSound } from "../player/one-sound";
import { Sound } from "../player/sound";
import type { PitchWave } from "../wave/pitch-wave";
import type { Peaks } from "../wave/shape";
import { keptPeaks, keptSound } from "./kept-sound";
import type { Pitch } from "./model";

const SILENT: Record<Pitch["status"], string> = {
  recording: "It is being recorded. Score it while you listen in the room.",
  processing: "The recording is being prepared.",
  completed: "",
  failed: "The recording could not be read.",
};

/** What is told of a pitch that is to be heard. */
export type Audible = Pick<Pitch, "session_id" | "duration" | "status" | "has_audio">;

export class Listening {
  readonly #wave: PitchWave;
  #pitch: Audible | null = null;
  #sound: Sound | null = null;
  #kept = ""; // the address of a sound of this device

  constructor(private readonly root: HTMLElement) {
    this.#wave = part<PitchWave>(root, "wave");
    part(root, "play").addEventListener("click", () => void this.#toggle());
    this.#wave.addEventListener("seek", (event) => {
      this.#sound?.seek((event as CustomEvent<number>).detail);
      this.#show();
    });
  }

  /** Holds this pitch ready. What sounded before is quiet. */
  open(pitch: Audible): void {
    const known = this.#pitch;
    this.#pitch = pitch;
    if (known?.session_id === pitch.session_id && known.has_audio === pitch.has_audio) return;
    this.close();
    this.#pitch = pitch;
    this.#wave.clear();
    this.#wave.duration = pitch.duration ?? 0;
    part(this.root, "player").hidden = !pitch.has_audio;
    part(this.root, "silent").hidden = pitch.has_audio;
    say(part(this.root, "silent"), SILENT[pitch.status]);
    this.#show();
    if (!pitch.has_audio) return;
    void this.#draw(pitch.session_id);
    this.#sound = this.#made(pitch);
    this.#fill(this.#sound, pitch.session_id).catch(() => {}); // whoever presses Play is told
  }

  close(): void {
    this.#sound?.audio.pause();
    this.#sound?.audio.remove();
    URL.revokeObjectURL(this.#kept);
    this.#sound = this.#pitch = null;
    this.#kept = "";
  }

  async #toggle(): Promise<void> {
    const [pitch, sound] = [this.#pitch, this.#sound];
    if (pitch === null || sound === null) return;
    if (!sound.audio.paused) return sound.audio.pause();
    try {
      if (!sound.hasSource) await this.#fill(sound, pitch.session_id);
      await sound.play();
    } catch {
      this.#fail();
    }
  }

  #made({ session_id }: Audible): Sound {
    const audio = new Audio();
    audio.preload = "metadata";
    oneSound(audio);
    this.root.append(audio);
    for (const event of ["timeupdate", "play", "pause", "ended", "loadedmetadata"]) {
      audio.addEventListener(event, () => {
        if (this.#sound?.audio === audio) this.#show();
      });
    }
    return new Sound(audio, details(session_id), () => this.#fail());
  }

  async #fill(sound: Sound, session: string): Promise<void> {
    const kept = await keptSound(session).catch(() => null);
    if (sound !== this.#sound) return; // another pitch was opened meanwhile
    if (kept === null) return sound.retry();
    this.#kept = URL.createObjectURL(kept);
    sound.source = this.#kept;
  }

  async #draw(session: string): Promise<void> {
    const peaks = (await keptPeaks(session).catch(() => null)) ?? (await fetched(session));
    if (peaks !== null && this.#pitch?.session_id === session) this.#wave.peaks = peaks;
  }

  #show(): void {
    const measured = this.#sound?.audio.duration ?? Number.NaN;
    const length = Number.isFinite(measured) ? measured : (this.#pitch?.duration ?? 0);
    const position = this.#sound?.position ?? 0;
    const button = part(this.root, "play");
    const playing = this.#sound?.audio.paused === false;
    setIcon(button, playing ? "pause" : "play");
    button.setAttribute("aria-label", `${playing ? "Pause" : "Play"}, ${spoken(length)}`);
    this.#wave.duration = length;
    this.#wave.position = position;
    say(part(this.root, "position"), clock(position));
    say(part(this.root, "length"), clock(length));
  }

  #fail(): void {
    const away = "No network, and this pitch is not on this device. Your scores are kept all the same.";
    const broken = "It does not play just now. The recording is safe; try again in a while.";
    say(part(this.root, "silent"), navigator.onLine ? broken : away);
    part(this.root, "silent").hidden = false;
  }
}

const details = (session: string): string => `/pitches/${session}/details`;

async function fetched(session: string): Promise<Peaks | null> {
  try {
    const { peaks_url } = await getJson<Details>(details(session));
    return peaks_url == null ? null : await getJson<Peaks>(peaks_url);
  } catch {
    return null; // the dotted line stays
  }
}
