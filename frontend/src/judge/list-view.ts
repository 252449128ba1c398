// All pitches of a judge: the next one large, then every one in running order with how far it is.
import { clock, spoken } from "../common/format";
import { arrange, part, say, setIcon } from "../common/parts";
import { isGone, isUnsent, obstacle } from "./held";
import type { FinalProgress, Pitch } from "./model";
import { following, howFar, isDone, lacking, progress, type Task } from "./order";
import { slots } from "./slots";

export interface Shown {
  tasks: readonly Task[];
  apart: readonly Pitch[];
  /** The one that is open beside the list; null: none. */
  current: string | null;
  /** Whether scores can be given. */
  open: boolean;
  final: FinalProgress | null;
}

export const addressOf = (session: string): string => `#/${session}`;

export class ListView {
  readonly #rows = new Map<string, HTMLElement>();
  readonly #aparts = new Map<string, HTMLElement>();

  constructor(
    private readonly root: HTMLElement,
    private readonly takeBack: (pitch: Pitch) => void,
  ) {}

  show({ tasks, apart, current, open, final }: Shown): void {
    part(this.root, "loading").hidden = true;
    part(this.root, "empty").hidden = tasks.length > 0;
    part(this.root, "far").hidden = tasks.length === 0;
    say(part(this.root, "progress"), howFar(tasks));
    slots(part(this.root, "slots"), tasks, null);
    part(this.root, "final").hidden = final === null;
    if (final !== null) say(part(this.root, "final-words"), finalRound(final));
    this.#next(open ? following(tasks, null) : null, tasks);
    const rows = tasks.map((task, place) => this.#row(task, place, current));
    arrange(part(this.root, "rows"), rows);
    part(this.root, "apart").hidden = apart.length === 0;
    const aparts = apart.map((pitch) => this.#apart(pitch));
    arrange(part(this.root, "apart-rows"), aparts);
  }

  /** Where the keys go on from, after what they were on is no longer to be seen. */
  focus(): void {
    part(this.root, "pitches-head").focus({ preventScroll: true });
  }

  #next(task: Task | null, tasks: readonly Task[]): void {
    part(this.root, "next").hidden = task === null;
    if (task === null) return;
    const { pitch } = task;
    const first = !tasks.some(isDone);
    say(part(this.root, "next-word"), isDone(task) ? "To hear again" : first ? "First" : "Next");
    say(part(this.root, "next-team"), pitch.team_name);
    say(part(this.root, "next-title"), pitch.pitch_title);
    say(part(this.root, "next-length"), pitch.duration === null ? "" : clock(pitch.duration));
    part<HTMLAnchorElement>(this.root, "next-link").href = addressOf(pitch.session_id);
  }

  /** A row is made once and stays, so that the focus does, too. */
  #row(task: Task, place: number, current: string | null): HTMLElement {
    const { session_id, team_name, pitch_title, duration } = task.pitch;
    const row = this.#rows.get(session_id) ?? this.#made("row");
    this.#rows.set(session_id, row);
    const link = part<HTMLAnchorElement>(row, "row-link");
    link.href = addressOf(session_id);
    if (session_id === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    say(part(row, "row-place"), String(place + 1));
    say(part(row, "row-team"), team_name);
    say(part(row, "row-title"), pitch_title);
    say(part(row, "row-length"), duration === null ? "" : clock(duration));
    say(part(row, "row-spoken"), duration === null ? "" : spoken(duration));
    const [icon, words] = state(task);
    const mark = part<SVGElement>(row, "row-icon");
    mark.toggleAttribute("hidden", icon === "");
    setIcon(row, icon);
    say(part(row, "row-state"), words);
    part(row, "row-standing").hidden = words === "";
    row.classList.toggle("done", isDone(task));
    return row;
  }

  #apart(pitch: Pitch): HTMLElement {
    const row = this.#aparts.get(pitch.session_id) ?? this.#madeApart(pitch);
    this.#aparts.set(pitch.session_id, row);
    say(part(row, "apart-team"), pitch.team_name);
    part(row, "apart-back").setAttribute("aria-label", `Take back, ${pitch.team_name}`);
    return row;
  }

  #madeApart(pitch: Pitch): HTMLElement {
    const row = this.#made("apart-row");
    part(row, "apart-back").addEventListener("click", () => {
      this.takeBack(pitch);
      this.focus();
    });
    return row;
  }

  #made(name: string): HTMLElement {
    const template = part<HTMLTemplateElement>(this.root, name);
    return (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  }
}

/** What is to be done in the final round. */
export function finalRound({ pairs, compared, takes }: FinalProgress): string {
  const left = pairs - compared;
  const counted = (count: number): string => (count === 1 ? "1 pair" : `${count} pairs`);
  if (!takes) return `Final round: ${compared} of ${counted(pairs)} compared`;
  if (left === 0) return "Final round: all pairs compared";
  return compared === 0 ? `Final round: ${counted(pairs)}` : `Final round: ${counted(left)} left`;
}

/** An icon and words; without an icon nobody has to do anything. */
function state(task: Task): [string, string] {
  const { held, pitch } = task;
  if (held?.rival) return ["warning", "Two versions: choose one"];
  if (isGone(held)) return ["warning", "Deleted by the organizer"];
  if (obstacle(held) !== null) return ["warning", "Not stored"];
  if (pitch.status === "failed" && !pitch.has_audio) return ["warning", "Could not be read"];
  const unsent = held !== undefined && isUnsent(held);
  return [unsent ? "phone" : progress(task) === "scored" ? "check" : "", words(task, pitch)];
}

function words(task: Task, pitch: Pitch): string {
  const left = lacking(task);
  const [first] = left;
  const said = {
    scored: "Scored",
    again: "Scored, to hear again",
    skipped: "Skipped",
    begun:
      first !== undefined && left.length === 1 ? `${first.name} is missing` : `${left.length} criteria are missing`,
    new: { recording: "Being recorded", processing: "Being prepared", failed: "", completed: "" }[pitch.status],
  };
  return said[progress(task)];
}
