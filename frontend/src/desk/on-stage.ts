// Who is on stage and who is next; the organizer calls them from here.
import { send } from "../common/api";
import { part, say } from "../common/parts";
import { toast } from "../common/toast";
import { countdown, hours, NOBODY, type Slot, type Stage } from "../stage/slots";

const TICK = 500; // ms
const SHOWN = 3; // of those who are next

export class OnStage {
  readonly #root: HTMLElement;
  readonly #path: string;
  readonly #hour: (moment: number) => string;
  #stage = NOBODY;
  #ahead = 0; // ms that the server's clock is ahead of this one

  constructor(root: HTMLElement, eventId: string, zone: string) {
    this.#root = part(root, "stage");
    this.#path = `/api/v1/events/${eventId}/schedule/stage`;
    this.#hour = hours(zone);
    part(this.#root, "call").addEventListener("click", () => void this.#call(this.#stage.next[0] ?? null));
    part(this.#root, "clear").addEventListener("click", () => void this.#call(null));
    setInterval(() => this.#count(), TICK);
  }

  set stage(stage: Stage) {
    this.#stage = stage;
    this.#ahead = stage.at - Date.now();
    const { now, next } = stage;
    part(this.#root, "stage-none").hidden = now !== null || next.length > 0;
    part(this.#root, "stage-now").hidden = now === null;
    say(part(this.#root, "stage-team"), now?.team ?? "");
    part(this.#root, "stage-next").replaceChildren(...next.slice(0, SHOWN).map((slot) => this.#item(slot)));
    const [first] = next;
    part(this.#root, "call").hidden = first === undefined;
    say(part(this.#root, "call-team"), first?.team ?? "");
    this.#count();
  }

  #item(slot: Slot): HTMLElement {
    const item = document.createElement("li");
    const team = document.createElement("bdi");
    team.textContent = slot.team;
    const time = document.createElement("span");
    time.textContent = slot.begins === null ? "" : this.#hour(slot.begins);
    item.append(team, time);
    return item;
  }

  #count(): void {
    const ends = this.#stage.now?.ends ?? null;
    const left = ends === null ? 0 : (ends - Date.now() - this.#ahead) / 1000;
    const words =
      ends === null ? "On stage" : `${countdown(left)} ${left >= 0 ? "left" : "over"}, until ${this.#hour(ends)}`;
    say(part(this.#root, "stage-left"), words);
  }

  async #call(slot: Slot | null): Promise<void> {
    try {
      await send("PUT", this.#path, { team_id: slot?.id ?? null });
      this.stage = called(this.#stage, slot, Date.now() + this.#ahead);
    } catch (error) {
      toast({ words: `The stage stayed as it was. ${(error as Error).message}` });
    }
  }
}

/** The stage as it will be told of in a moment: the times of those who follow come with the news. */
function called(stage: Stage, slot: Slot | null, now: number): Stage {
  if (slot === null) return { ...stage, now: null, at: now };
  const next = stage.next.filter(({ id }) => id !== slot.id);
  return { ...stage, now: { ...slot, begins: now, ends: now + stage.slot * 1000 }, next, at: now };
}
