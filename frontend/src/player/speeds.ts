// The speed a person likes is remembered on their device.

export const SPEEDS = [0.8, 1, 1.25, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

const KEY = "speed";

export function rememberedSpeed(): Speed {
  try {
    return known(Number(localStorage.getItem(KEY))) ?? 1;
  } catch {
    return 1;
  }
}

export function rememberSpeed(speed: Speed): void {
  try {
    localStorage.setItem(KEY, String(speed));
  } catch {
    // Storage is switched off: it holds for this page.
  }
}

export function known(value: number): Speed | undefined {
  return SPEEDS.find((speed) => speed === value);
}

/** The next faster or slower one; at the ends it stays, or goes round where one button has to do. */
export function neighbour(speed: Speed, by: 1 | -1, round = false): Speed {
  const place = SPEEDS.indexOf(speed) + by;
  const wanted = round ? (place + SPEEDS.length) % SPEEDS.length : place;
  return SPEEDS[wanted] ?? speed;
}
