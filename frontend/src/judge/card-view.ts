// One card: the pitch, its criteria, a comment, and a dock that says where the card is and leads on.
import { part, say, setIcon } from "../common/parts";
import { Dictating, type Where } from "./dictating";
import { type Held, isGone, obstacle } from "./held";
import { addressOf } from "./list-view";
import { Listening } from "./listening";
import { type Criterion, type Draft, type Mark, NOTHING, scored } from "./model";
import type { Task } from "./order";
import { ScoreControl } from "./score-control";
import { slots } from "./slots";
import type { Standing } from "./standing";
import { type Choice, Versions } from "./versions";

const LONGEST = 20_000; // characters of a comment
const SAID_AFTER = 1_500; // ms; to whoever listens a card's way is told once, not at each of its steps

export interface Acts extends Choice {
  give(change: (draft: Draft) => Draft): void;
  undo(): void;
  /** This was said for the comment of a pitch. */
  dictated(session: string, words: string): void;
  setApart(): void;
  /** The pitch is not there any more: its card can go, too. */
  remove(): void;
}

export interface Opened {
  task: Task;
  tasks: readonly Task[];
  next: Task | null;
  standing: Standing;
  /** Why no score can be given; null: it can. */
  closed: string | null;
}

const ICONS = { untouched: "", here: "phone", sent: "upload", stored: "check", torn: "warning", refused: "warning" };

export class CardView {
  readonly #listening: Listening;
  readonly #versions: Versions;
  readonly #comment: HTMLTextAreaElement;
  readonly #dictating: Dictating | null;
  #session = "";
  #criteria: readonly Criterion[] = [];
  #controls: ScoreControl[] = [];
  #held: Held | undefined;
  #saying = 0;

  constructor(
    private readonly root: HTMLElement,
    judge: string,
    device: string,
    dictation: Where | null,
    private readonly acts: Acts,
  ) {
    this.#dictating = dictation && new Dictating(root, dictation, acts.dictated);
    this.#listening = new Listening(root);
    this.#versions = new Versions(root, judge, device, acts);
    this.#comment = part<HTMLTextAreaElement>(root, "comment");
    const press = (name: string, run: () => void): void => part(root, name).addEventListener("click", run);
    this.#comment.addEventListener("input", () => this.#wrote());
    press("undo", () => acts.undo());
    press("again", () => this.#mark("again"));
    press("skip", () => this.#mark("skip"));
    press("apart", () => acts.setApart());
    press("remove", () => acts.remove());
    press("history", () => void this.#versions.open(this.#session, this.#criteria));
  }

  /** Shows a pitch; what was open before is quiet. */
  show(opened: Opened): void {
    const { task, tasks } = opened;
    const { pitch } = task;
    if (pitch.session_id !== this.#session) this.#open(task);
    else if (task.criteria.map(key).join() !== this.#criteria.map(key).join()) this.#rubric(task);
    this.#held = task.held;
    this.root.hidden = false;
    const place = tasks.findIndex((one) => one.pitch.session_id === pitch.session_id);
    say(part(this.root, "card-place"), `${place + 1} of ${tasks.length}`);
    slots(part(this.root, "card-slots"), tasks, pitch.session_id);
    say(part(this.root, "card-team"), pitch.team_name);
    say(part(this.root, "card-title"), pitch.pitch_title);
    this.#listening.open(pitch);
    this.#fill(opened);
    this.#versions.compare(task.held, task.criteria);
    this.#dock(opened);
  }

  close(): void {
    this.root.hidden = true;
    this.#session = "";
    this.#listening.close();
    this.#versions.close();
    this.#dictating?.leave();
  }

  #open(task: Task): void {
    this.#session = task.pitch.session_id;
    this.#versions.close();
    this.#rubric(task);
  }

  #rubric({ criteria }: Task): void {
    const template = part<HTMLTemplateElement>(this.root, "criterion");
    this.#criteria = criteria;
    this.#controls = criteria.map(
      (criterion) =>
        new ScoreControl(template, criterion, criteria, (value) =>
          this.acts.give((draft) => scored(draft, criterion.id, value)),
        ),
    );
    part(this.root, "criteria").replaceChildren(...this.#controls.map(({ element }) => element));
  }

  #fill({ task, closed }: Opened): void {
    const draft = task.held?.now ?? NOTHING;
    const locked = closed !== null;
    this.#controls.forEach((control, place) => {
      const criterion = this.#criteria[place];
      control.show(criterion === undefined ? null : (draft.scores[criterion.id] ?? null), locked);
    });
    if (this.#comment.value !== draft.comment) this.#comment.value = draft.comment;
    this.#comment.readOnly = locked;
    this.#count(draft.comment);
    this.#dictating?.show(task.pitch, locked);
    for (const mark of ["again", "skip"] as const) {
      part(this.root, mark).setAttribute("aria-pressed", String(draft.mark === mark));
    }
    part(this.root, "apart").hidden = task.pitch.team_id === null;
    for (const name of ["undo", "again", "skip", "apart"]) part<HTMLButtonElement>(this.root, name).disabled = locked;
    if (!locked) part<HTMLButtonElement>(this.root, "undo").disabled = (task.held?.past.length ?? 0) === 0;
    const refusal = obstacle(task.held);
    part(this.root, "refusal").hidden = refusal === null;
    const gone = isGone(task.held);
    say(part(this.root, "refusal-words"), gone ? "Deleted by the organizer." : (refusal?.message ?? ""));
    part(this.root, "remove").hidden = !gone;
    say(part(this.root, "refusal-code"), refusal?.code ?? "");
  }

  #dock({ standing, next }: Opened): void {
    const dock = part(this.root, "dock");
    dock.dataset.place = standing.place;
    const icon = ICONS[standing.place];
    part<SVGElement>(dock, "standing-icon").toggleAttribute("hidden", icon === "");
    setIcon(part(dock, "standing"), icon);
    say(part(dock, "standing-words"), standing.words);
    say(part(dock, "standing-more"), standing.more);
    const onward = part<HTMLAnchorElement>(dock, "onward");
    onward.href = next === null ? "#/" : addressOf(next.pitch.session_id);
    say(part(dock, "onward-words"), next === null ? "Done" : "Next");
    clearTimeout(this.#saying);
    this.#saying = window.setTimeout(
      () => say(part(dock, "standing-said"), `${standing.words}. ${standing.more}`),
      SAID_AFTER,
    );
  }

  #wrote(): void {
    const comment = this.#comment.value;
    this.#count(comment);
    this.acts.give((draft) => ({ ...draft, comment }));
  }

  #count(comment: string): void {
    const over = [...comment].length - LONGEST;
    part(this.root, "comment-wrong").hidden = over <= 0;
    const letters = over === 1 ? "1 letter" : `${over} letters`;
    say(
      part(this.root, "comment-wrong-words"),
      over > 0 ? `Too long by ${letters}. Shorten it to have it stored.` : "",
    );
  }

  #mark(mark: Mark): void {
    const same = (this.#held?.now ?? NOTHING).mark === mark;
    this.acts.give((draft) => ({ ...draft, mark: same ? null : mark }));
  }
}

const key = (criterion: Criterion): string => JSON.stringify(criterion);
