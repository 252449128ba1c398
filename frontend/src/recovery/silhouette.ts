// The shape of a recording on this device: looked at here and there, however long it is.
import type { Peaks } from "../wave/shape";

const COLUMNS = 240; // as many as a desk has bars
const LOOK = 16 << 10; // bytes of each column: 4 MB of hours of sound
const LEVELS = 1000; // thousandths of full scale, as in peaks.json

/** `before`: the share of the recording that is no longer here, at its beginning. */
export async function silhouette(sound: Blob, before: number): Promise<Pick<Peaks, "mean" | "max">> {
  const silent = Math.round(before * COLUMNS);
  const [mean, max] = [new Array<number>(silent).fill(0), new Array<number>(silent).fill(0)];
  const column = sound.size / (COLUMNS - silent) / 2;
  for (let index = 0; index < COLUMNS - silent; index++) {
    const from = Math.floor(index * column) * 2;
    const to = Math.min(Math.max(Math.floor((index + 1) * column) * 2, from + 2), from + LOOK);
    const samples = new Int16Array(await sound.slice(from, to).arrayBuffer());
    const sizes = samples.map((sample) => Math.min(32_767, Math.abs(sample)));
    mean.push((LEVELS * sizes.reduce((sum, size) => sum + size, 0)) / Math.max(1, sizes.length) / 32_768);
    max.push((LEVELS * sizes.reduce((most, size) => Math.max(most, size), 0)) / 32_768);
  }
  return { mean, max };
}
