// Elapsed time from samples, the line to the limit, and the two announcements before it.
import { clock, spoken } from "../common/format";
import { part, say } from "../common/parts";

const ANNOUNCED = [30, 10]; // s left

export class ClockFace {
  #announced = Number.POSITIVE_INFINITY;

  constructor(
    private readonly root: HTMLElement,
    private readonly limit: number,
  ) {
    const line = part(root, "limit");
    for (let minute = 60; minute <= limit; minute += 60) {
      const tick = document.createElement("i");
      tick.style.left = `min(${(minute / limit) * 100}%, 100% - 1px)`;
      line.append(tick);
    }
  }

  show(seconds: number): void {
    const left = this.limit - Math.floor(seconds);
    const over = left < 0;
    const face = part(this.root, "clock");
    say(face, over ? `+${clock(-left)}` : clock(seconds));
    face.toggleAttribute("data-over", over);
    face.toggleAttribute("data-long", !over && seconds >= 600);
    say(part(this.root, "left"), over ? `${clock(-left)} over` : `${clock(left)} left`);
    part(this.root, "limit-fill").style.transform = `scaleX(${Math.min(1, seconds / this.limit)})`;
    this.#announce(left);
  }

  #announce(left: number): void {
    const due = ANNOUNCED.find((mark) => left <= mark && left > mark - 5 && this.#announced > mark);
    if (due === undefined || this.limit <= due) return;
    this.#announced = due;
    say(part(this.root, "announce"), `${spoken(due)} left`);
  }
}
