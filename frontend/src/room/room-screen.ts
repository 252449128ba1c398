// The screen in the room: who speaks, and how long they have, readable from its far end.
import { getJson } from "../common/api";
import { spoken } from "../common/format";
import { given, part, say } from "../common/parts";
import { pause } from "../common/wait";
import type { HeardWave } from "../live/heard-wave";
import { type Live, UnderWay } from "../live/under-way";
import { hours, NOBODY, type Slot, type Stage } from "../stage/slots";
import { LiveTable } from "./live-table";
import { Reveal } from "./reveal";
import { RoomCaptions } from "./room-captions";
import { type Hour, type Scene, scene } from "./scene";

const EVERY = 1_000; // ms
const TICK = 200;
const SAID = [30, 10]; // seconds left that are announced, once each

interface Now {
  live: Live[];
  stage: Stage;
}

class RoomScreen extends HTMLElement {
  #live: Live | null = null;
  #under: UnderWay | null = null;
  #captions: RoomCaptions | null = null;
  #stage = NOBODY;
  #ahead = 0; // ms that the server's clock is ahead of this one
  #said = new Set<number>();
  #hour: Hour = String;

  connectedCallback(): void {
    this.#hour = hours(given(this, "zone"));
    new Reveal(this, given(this, "standings"));
    new LiveTable(this, given(this, "standings")); // after it: the keys of a reveal that runs are its own
    void this.#follow();
    setInterval(() => this.#tick(), TICK);
  }

  async #follow(): Promise<void> {
    for (;;) {
      try {
        this.#told(await getJson<Now>(given(this, "now")));
        this.classList.remove("stale");
      } catch {
        this.classList.add("stale"); // the clock goes on: the recording does, too
      }
      await pause(EVERY);
    }
  }

  #told({ live: all, stage }: Now): void {
    const live = all.find(({ silent }) => silent === null) ?? all[0] ?? null;
    if (live?.id === this.#live?.id) {
      if (live !== null) this.#under?.told(live);
    } else {
      this.#said.clear();
      this.#under = live === null ? null : new UnderWay(live);
      this.#captions = new RoomCaptions(this);
    }
    this.#live = live;
    this.#captions?.take(live?.captions ?? []);
    part<HeardWave>(this, "wave").bars = this.#under?.bars ?? [];
    this.#stage = stage;
    this.#ahead = stage.at - Date.now();
    this.#tick();
  }

  #tick(): void {
    const live = this.#live;
    const elapsed = this.#under?.elapsed ?? 0;
    this.#show(scene(given(this, "event"), live, elapsed, this.#stage, Date.now() + this.#ahead, this.#hour));
    if (live !== null) this.#announce(live.limit - elapsed);
  }

  #show(shown: Scene): void {
    this.dataset.state = shown.state;
    this.classList.toggle("over", shown.over);
    say(part(this, "lamp"), shown.lamp);
    say(part(this, "team"), shown.team);
    say(part(this, "title"), shown.title);
    say(part(this, "say"), shown.say);
    part(this, "clock-box").hidden = shown.clock === "";
    say(part(this, "clock"), shown.clock);
    this.style.setProperty("--digits", String(shown.clock.length));
    say(part(this, "of"), shown.of);
    part(this, "line").style.transform = `scaleX(${shown.share})`;
    say(part(this, "next-word"), shown.state === "between" ? "Then" : "Next");
    this.#next(shown.next);
  }

  #next(slots: readonly Slot[]): void {
    part(this, "next").hidden = slots.length === 0;
    part(this, "slots")
      .querySelectorAll("li")
      .forEach((item, place) => {
        const slot = slots[place];
        item.hidden = slot === undefined;
        say(part(item, "slot-team"), slot?.team ?? "");
        say(part(item, "slot-time"), slot?.begins == null ? "" : this.#hour(slot.begins));
      });
  }

  #announce(left: number): void {
    for (const second of SAID) {
      if (left > second || left < second - 2 || this.#said.has(second)) continue;
      this.#said.add(second);
      say(part(this, "said"), `${spoken(second)} left`);
    }
  }
}

customElements.define("room-screen", RoomScreen);
