// The strip that opens in a row while its preview plays.
import { clock } from "../common/format";
import { optional, part, say, setIcon } from "../common/parts";
import type { MiniWave } from "../wave/mini-wave";
import type { Row } from "./board";
import { type Heard, local } from "./listening";

/** Opens the strip of a row, from the page's template; `shift` moves the preview by seconds. */
export function open(element: HTMLElement, row: Row, template: HTMLTemplateElement, shift: (by: number) => void): void {
  const strip = part(element, "preview");
  strip.replaceChildren(template.content.cloneNode(true));
  strip.hidden = false;
  element.classList.add("playing");
  const whole = part<HTMLAnchorElement>(strip, "whole");
  whole.href = local(row.page_url).page;
  whole.textContent = `Whole pitch, ${clock(row.audio_duration ?? 0)}`;
  optional(strip, "earlier")?.addEventListener("click", () => shift(-5));
  optional(strip, "later")?.addEventListener("click", () => shift(5));
  place(element, row);
}

/** Draws the stretch that is played. */
export function place(element: HTMLElement, { preview, audio_duration, page_url }: Row): void {
  if (preview === null || !audio_duration) return;
  const strip = part(element, "preview");
  const wave = strip.querySelector<MiniWave>("mini-wave");
  wave?.show(local(page_url).peaks, preview.start / audio_duration, preview.end / audio_duration);
  say(part(strip, "length"), clock(preview.end - preview.start));
  say(part(strip, "from"), `preview, from ${clock(preview.start)}`);
}

/** Shows where the sound is. */
export function follow(element: HTMLElement, { row, playing, at }: Heard): void {
  const strip = part(element, "preview");
  const { start, end } = row.preview ?? { start: 0, end: 1 };
  const wave = strip.querySelector<MiniWave>("mini-wave");
  if (wave !== null) wave.progress = at / (end - start);
  say(part(strip, "at"), clock(at));
  mark(element, row, playing);
}

export function close(element: HTMLElement, row: Row): void {
  element.classList.remove("playing");
  const strip = part(element, "preview");
  strip.hidden = true;
  strip.replaceChildren();
  mark(element, row, false);
}

function mark(element: HTMLElement, row: Row, playing: boolean): void {
  const button = part(element, "listen");
  setIcon(button, playing ? "pause" : "play");
  say(part(button, "listen-word"), playing ? "Pause" : "Listen");
  button.setAttribute("aria-label", playing ? `Pause ${row.team_name}` : `Listen to ${row.team_name}`);
}
