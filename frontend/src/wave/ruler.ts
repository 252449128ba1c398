// Ticks under a wave: every 15 s on wide screens, every 60 s on phones, and further apart for long recordings.
import { clock } from "../common/format";

const STEPS = [15, 30, 60, 120, 300, 600, 1800, 3600];
const LEAST = 64; // px between ticks, so that their times do not touch

/** Seconds between ticks. */
export function step(duration: number, width: number): number {
  const steps = width < 720 ? STEPS.slice(2) : STEPS;
  return steps.find((seconds) => (seconds / duration) * width >= LEAST) ?? 7200;
}

export function rule(ruler: HTMLElement, duration: number, width: number): void {
  const every = step(duration, width);
  const ticks: HTMLElement[] = [];
  for (let second = 0; second < duration; second += every) {
    const left = (second / duration) * width;
    if (left > width - 36) break; // its time would run out of the window
    const tick = document.createElement("span");
    tick.textContent = clock(second);
    tick.style.transform = `translateX(${left}px)`;
    ticks.push(tick);
  }
  ruler.replaceChildren(...ticks);
}
