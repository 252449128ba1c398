// Times and figures as people read them and as they are read aloud; the server's twin is doors/web/wording.py.

const THIN = "\u2009";

/** `2:41`, from an hour on `1:02:41`. Cut, not rounded: a second counts when it is over. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** `2 minutes 41`, as a screen reader should say it. */
export function spoken(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  const parts: string[] = [];
  if (hours > 0) parts.push(counted(hours, "hour"));
  if (minutes > 0) parts.push(counted(minutes, "minute"));
  if (rest > 0 && minutes > 0) parts.push(String(rest));
  else if (rest > 0 || parts.length === 0) parts.push(counted(rest, "second"));
  return parts.join(" ");
}

/** `1.4 MB`: decimal units, as file managers of phones show them. */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1000)}\u00a0kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)}\u00a0MB` : `${(bytes / 1e9).toFixed(2)}\u00a0GB`;
}

/** `62 %` of a share between 0 and 1; 100 only when all of it is there. */
export function percent(share: number): string {
  return `${Math.floor(share * 100)}${THIN}%`;
}

function counted(number: number, word: string): string {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}
