// The recorder's own thread: down-mix, low-pass, 16 bit. Silence and load in the page cannot make it skip.
import { toMono, toPcm } from "./recorder/pcm";
import { Resampler } from "./recorder/resample";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: Options) => AudioWorkletProcessor): void;

interface Options {
  processorOptions: { rate: number };
}

const POST_EVERY = 0.02; // s; often enough for a meter that follows the voice, seldom enough for a slow phone

class Capture extends AudioWorkletProcessor {
  readonly #resampler: Resampler;
  readonly #gather: Int16Array;
  #filled = 0;
  #on = true;

  constructor(options: Options) {
    super();
    const { rate } = options.processorOptions;
    this.#resampler = new Resampler(sampleRate, rate);
    this.#gather = new Int16Array(Math.round(rate * POST_EVERY));
    this.port.onmessage = () => {
      this.#on = false;
      this.#post();
      this.port.postMessage(null); // the last of it is on its way
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? [];
    if (this.#on && channels.length > 0) this.#take(toPcm(this.#resampler.push(toMono(channels))));
    return this.#on;
  }

  #take(samples: Int16Array): void {
    let rest = samples;
    while (rest.length > 0) {
      const fits = Math.min(rest.length, this.#gather.length - this.#filled);
      this.#gather.set(rest.subarray(0, fits), this.#filled);
      this.#filled += fits;
      if (this.#filled === this.#gather.length) this.#post();
      rest = rest.subarray(fits);
    }
  }

  #post(): void {
    if (this.#filled === 0) return;
    const samples = this.#gather.slice(0, this.#filled);
    this.#filled = 0;
    this.port.postMessage(samples, [samples.buffer]);
  }
}

registerProcessor("capture", Capture);
