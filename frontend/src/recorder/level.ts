// How loud it is, on a scale people can act on.
import type { Level } from "./words";

const FLOOR = -60; // dBFS at the left end of the meter
const CLIPS = 32_000; // of 32 768; a converter that clips seldom reaches the last values
const FALL = 20; // dB/s of the bar
const HOLD = 1.5; // s of the peak
const LOOK_BACK = 2; // s of speech a judgement is made on, so that a breath is not "too quiet"
const QUIET = -34; // dBFS of peaks; speech below it is lost in a room's noise
const SILENT = -57;

/** Follows a sound; times come from the sound itself, so a slow page changes nothing. */
export class LevelFollower {
  bar = 0;
  peak = 0;
  word: Level = "none";
  #db = FLOOR;
  #held = FLOOR;
  #heldFor = 0;
  #recent: { seconds: number; peak: number }[] = [];

  take(samples: Int16Array, rate: number): void {
    let most = 0;
    for (const sample of samples) most = Math.max(most, Math.abs(sample));
    const seconds = samples.length / rate;
    const db = Math.max(FLOOR, 20 * Math.log10(most / 32_768));
    this.#db = Math.max(db, this.#db - FALL * seconds);
    this.#heldFor += seconds;
    if (db >= this.#held || this.#heldFor > HOLD) [this.#held, this.#heldFor] = [db, 0];
    this.bar = share(this.#db);
    this.peak = share(this.#held);
    this.#judge(most, seconds);
  }

  #judge(most: number, seconds: number): void {
    this.#recent.push({ seconds, peak: most });
    let known = this.#recent.reduce((sum, block) => sum + block.seconds, 0);
    while (known > LOOK_BACK) known -= this.#recent.shift()?.seconds ?? 0;
    const peak = Math.max(...this.#recent.map((block) => block.peak));
    const db = 20 * Math.log10(peak / 32_768);
    if (peak >= CLIPS) this.word = "loud";
    else if (db >= QUIET) this.word = "good";
    else if (known > LOOK_BACK / 2) this.word = db < SILENT ? "silent" : "quiet";
  }
}

const share = (db: number): number => Math.min(1, Math.max(0, 1 - db / FLOOR));
