// The microphone, from asking for it to really closing it.
import { Refused } from "../common/api";

/**
 * What suits a pitch: no echo cancellation (nothing is played while somebody speaks, and phones switch to the
 * sound of a call for it), no noise suppression (it eats word ends in a loud hall, and the transcriber copes
 * better with noise than with holes), but gain control (people hold phones at every distance).
 */
const SOUND: MediaTrackConstraints = {
  channelCount: { ideal: 1 },
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: true,
};

export interface MicrophoneEvents {
  /** About 20 ms of sound at the session's rate. */
  sound(samples: Int16Array): void;
  /** It went away by itself: unplugged, taken by a call, or no longer allowed. */
  gone(allowed: boolean): void;
  /** The system silences it, or does so no longer. */
  muted(yes: boolean): void;
}

export interface Options {
  device: string | null;
  rate: number;
  worklet: string;
  events: MicrophoneEvents;
}

/** Kept from one opening to the next: a new one loads the worklet again, and there may be no network by then. */
let spare: AudioContext | null = null;

/** An open microphone. `close` ends the track, so the browser's own sign of an open microphone goes out, too. */
export class Microphone {
  private constructor(
    private readonly stream: MediaStream,
    private readonly source: MediaStreamAudioSourceNode,
    private readonly node: AudioWorkletNode,
  ) {}

  static async open(options: Options): Promise<Microphone> {
    const { device } = options;
    if (navigator.mediaDevices === undefined) throw new Refused(0, "not_secure", "");
    if (typeof AudioWorkletNode === "undefined") throw new Refused(0, "no_worklet", "");
    const audio = device === null ? SOUND : { ...SOUND, deviceId: { exact: device } };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    try {
      return await Microphone.#hear(stream, options);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  static async #hear(stream: MediaStream, { rate, worklet, events }: Options): Promise<Microphone> {
    const source = await listening(stream, worklet);
    const node = new AudioWorkletNode(source.context, "capture", { numberOfOutputs: 0, processorOptions: { rate } });
    node.port.onmessage = (event: MessageEvent<Int16Array | null>) => {
      if (event.data !== null) events.sound(event.data);
    };
    source.connect(node);
    const track = stream.getAudioTracks()[0];
    track?.addEventListener("ended", () => void allowed().then((yes) => events.gone(yes)));
    for (const event of ["mute", "unmute"]) track?.addEventListener(event, () => events.muted(event === "mute"));
    return new Microphone(stream, source, node);
  }

  get device(): string | null {
    return this.stream.getAudioTracks()[0]?.getSettings().deviceId ?? null;
  }

  /** When it returns, the last of the sound has been handed over and the microphone is off. */
  async close(): Promise<void> {
    for (const track of this.stream.getTracks()) track.stop();
    await this.#flush();
    this.source.disconnect();
    const context = this.source.context as AudioContext;
    if (context.state !== "running") return context.close(); // something is wrong with it
    await context.suspend();
    spare = context;
  }

  #flush(): Promise<void> {
    const { port } = this.node;
    const handOver = port.onmessage;
    return new Promise((resolve) => {
      const late = setTimeout(resolve, 200); // a suspended context answers nothing
      port.onmessage = (event: MessageEvent<Int16Array | null>) => {
        if (event.data === null) {
          clearTimeout(late);
          resolve();
        } else handOver?.call(port, event);
      };
      port.postMessage(null);
    });
  }
}

async function listening(stream: MediaStream, worklet: string): Promise<MediaStreamAudioSourceNode> {
  // At the native rate: Firefox refuses a context whose rate is not the microphone's.
  const [context, used] = [spare ?? new AudioContext({ latencyHint: "interactive" }), spare !== null];
  spare = null;
  try {
    if (!used) await load(context, worklet);
    await context.resume();
    return context.createMediaStreamSource(stream);
  } catch (error) {
    await context.close();
    if (!used) throw error;
    return listening(stream, worklet); // it was made for a microphone of another rate
  }
}

async function load(context: AudioContext, worklet: string): Promise<void> {
  try {
    await context.audioWorklet.addModule(worklet);
  } catch {
    throw new Refused(0, "no_network", "");
  }
}

async function allowed(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: "microphone" as PermissionName });
    return state !== "denied";
  } catch {
    return true; // a browser that does not tell
  }
}

/** Microphones by name; names are known only once one was allowed. */
export async function microphones(): Promise<{ id: string; name: string }[]> {
  const found = await navigator.mediaDevices.enumerateDevices();
  return found
    .filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "")
    .map(({ deviceId, label }, index) => ({ id: deviceId, name: label || `Microphone ${index + 1}` }));
}
