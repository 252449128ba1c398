// Samples as bytes: signed 16 bit, little-endian, mono.

/** Rounded and clamped; ±1 is ±32768, so that 16-bit sound comes through unchanged. */
export function toPcm(samples: Float32Array): Int16Array {
  const out = new Int16Array(samples.length);
  for (let n = 0; n < samples.length; n++) {
    out[n] = Math.max(-32_768, Math.min(32_767, Math.round((samples[n] as number) * 32_768)));
  }
  return out;
}

/** The mean of all channels: a voice on one side of a stereo microphone is kept. */
export function toMono(channels: readonly Float32Array[]): Float32Array {
  const [first, ...others] = channels;
  if (first === undefined) return new Float32Array(0);
  if (others.length === 0) return first;
  return first.map((value, n) => others.reduce((sum, other) => sum + (other[n] ?? 0), value) / channels.length);
}

/** Little-endian bytes, on any machine. */
export function toBytes(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, n) => {
    view.setInt16(2 * n, sample, true);
  });
  return bytes;
}

/** A WAV file around PCM, for listening to and saving what is on the device. */
export function wavFile(pcm: Blob, rate: number): Blob {
  const head = new DataView(new ArrayBuffer(44));
  const text = (at: number, word: string): void => {
    for (let n = 0; n < word.length; n++) head.setUint8(at + n, word.charCodeAt(n));
  };
  text(0, "RIFF");
  head.setUint32(4, 36 + pcm.size, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, rate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, pcm.size, true);
  return new Blob([head.buffer, pcm], { type: "audio/wav" });
}
