// From the microphone's rate to the session's, with a low-pass before anything is left out: linear interpolation
// would fold what lies above half the new rate back into the voice.

const STOP_BAND = 80; // dB
const BETA = 0.1102 * (STOP_BAND - 8.7); // Kaiser's formula
const PASS = 0.88; // of half the lower rate: 7.04 kHz of 8
const STOP = 1.08; // 8.64 kHz: what folds lies above 7.36 kHz, where speech has next to nothing

/** A windowed-sinc filter in polyphase form. Keeps its state, so blocks join without a seam. */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #taps: number;
  readonly #phases: Float32Array;
  readonly #past: Float32Array;
  #phase = 0;
  #skip = 0;

  constructor(from: number, to: number) {
    const common = divisor(from, to);
    this.#up = to / common;
    this.#down = from / common;
    const half = Math.min(from, to) / 2;
    const width = (2 * Math.PI * half * (STOP - PASS)) / from;
    this.#taps = from === to ? 1 : Math.ceil((STOP_BAND - 8) / (2.285 * width)) + 1;
    this.#phases =
      from === to ? new Float32Array([1]) : design(this.#taps, this.#up, (half * (PASS + STOP)) / 2 / from);
    this.#past = new Float32Array(this.#taps - 1);
  }

  /** The samples at the new rate that this block completes. */
  push(block: Float32Array): Float32Array {
    const taps = this.#taps;
    const line = new Float32Array(this.#past.length + block.length);
    line.set(this.#past);
    line.set(block, this.#past.length);
    const out = new Float32Array(Math.ceil((block.length * this.#up) / this.#down) + 1);
    let count = 0;
    let at = this.#skip;
    while (at < block.length) {
      out[count++] = this.#one(line, at, taps);
      this.#phase += this.#down;
      at += Math.floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    this.#skip = at - block.length;
    this.#past.set(line.subarray(line.length - this.#past.length));
    return out.subarray(0, count);
  }

  #one(line: Float32Array, at: number, taps: number): number {
    const base = this.#phase * taps;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += (line[at + tap] as number) * (this.#phases[base + tap] as number);
    return sum;
  }
}

/** One row of taps for each place between two input samples; each row passes a constant unchanged. */
function design(taps: number, up: number, cutoff: number): Float32Array {
  const phases = new Float32Array(taps * up);
  const centre = (taps - 1) / 2;
  for (let phase = 0; phase < up; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const x = tap - centre - phase / up;
      const value = sinc(2 * cutoff * x) * kaiser(x / (centre + 1));
      phases[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap++) phases[phase * taps + tap] = (phases[phase * taps + tap] as number) / sum;
  }
  return phases;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const kaiser = (x: number): number => (Math.abs(x) > 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA));

/** The modified Bessel function of order zero, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
