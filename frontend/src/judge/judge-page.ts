// A judge's page: the list of their pitches and one card at a time, chosen by the address behind `#/`.
import type { Refused } from "../common/api";
import { device } from "../common/device";
import { recently } from "../common/local-time";
import { given, part, say } from "../common/parts";
import { toast } from "../common/toast";
import { hideTrouble, showTrouble } from "../common/trouble";
import { hours } from "../stage/slots";
import { Aparts } from "./aparts";
import { type Acts, CardView } from "./card-view";
import { Cards } from "./cards";
import type { Where } from "./dictating";
import { type Held, isGone, isUnsent, keptOwn, tookOther, touched, undone } from "./held";
import { joined } from "./joined";
import { keepSounds } from "./kept-sound";
import { clearOnLeaving } from "./leaving";
import { ListView } from "./list-view";
import { type Draft, draftOf, type Pitch, type Stage } from "./model";
import { keepPage } from "./offline";
import { following, lacking, present, type Task } from "./order";
import { Pitches } from "./pitches";
import { isBarred, Sender } from "./sender";
import { standing } from "./standing";

const CLOSED: Record<Exclude<Stage, "open">, string> = {
  draft: "Scoring has not begun",
  frozen: "Scoring is closed",
  published: "Scoring is over, the results are published",
  archived: "Scoring is over, the event is archived",
};

const BARRED: Record<string, string> = {
  not_signed_in: "You are not signed in here",
  other_judge: "Another judge is signed in here",
  not_allowed: "You are not signed in as this judge",
};

class JudgePage extends HTMLElement {
  #cards: Cards | null = null;
  #pitches: Pitches | null = null;
  #sender: Sender | null = null;
  #aparts: Aparts | null = null;
  #list: ListView | null = null;
  #card: CardView | null = null;
  #current: string | null = null;
  #painting = 0;
  #hour: (moment: number) => string = String;

  connectedCallback(): void {
    this.#hour = hours(given(this, "zone"));
    this.#list = new ListView(part(this, "list"), (pitch) => void this.#setApart(pitch, false));
    this.#card = new CardView(part(this, "card"), given(this, "judge"), device(), this.#dictation, this.#acts());
    addEventListener("hashchange", () => this.#route());
    for (const event of ["online", "offline"]) addEventListener(event, () => this.#paint());
    document.querySelector(".skip")?.addEventListener("click", (event) => {
      event.preventDefault(); // its address would be taken for that of a pitch
      document.getElementById("main")?.focus();
    });
    void this.#start();
  }

  async #start(): Promise<void> {
    const judge = given(this, "judge");
    const paint = (): void => this.#paint();
    const cards = await Cards.open(judge, paint);
    const aparts = await Aparts.open(given(this, "self"), judge);
    const sender = new Sender(judge, cards, aparts, {
      criteria: (session) => this.#pitches?.criteria(session) ?? null,
      settled: () => void this.#pitches?.refresh(),
      moved: paint,
      barred: (error) => this.#barred(error),
    });
    const parts = { cards, aparts, sender };
    const paths = { judging: given(this, "judging"), leaderboard: given(this, "leaderboard") };
    const pitches = new Pitches(paths, judge, parts, {
      told: () => this.#told(),
      failed: (error) => this.#failed(error),
    });
    [this.#cards, this.#aparts, this.#sender, this.#pitches] = [cards, aparts, sender, pitches];
    const form = document.querySelector<HTMLFormElement>('form[action="/sign-out"]');
    if (form !== null) clearOnLeaving(form, judge, cards);
    sender.start();
    this.#route();
    await pitches.start();
    void keepPage(given(this, "worker"));
  }

  /** `#/` is the list, `#/ID` a pitch; whatever else stands there is not for us. */
  #route(): void {
    const { hash } = location;
    if (hash !== "" && !hash.startsWith("#/")) return;
    const before = this.#current;
    this.#current = hash.slice(2) || null;
    this.#now();
    if (this.#current === before) return;
    scrollTo(0, 0);
    if (this.#current !== null) part(this, "card-title").focus({ preventScroll: true });
    else this.#list?.focus();
  }

  #told(): void {
    hideTrouble(this);
    this.#now();
    const tasks = this.#pitches?.tasks ?? [];
    void keepSounds(ahead(tasks, this.#current));
  }

  #failed(error: Refused): void {
    if (isBarred(error)) this.#barred(error);
    else if (this.#pitches?.known == null) {
      const words = "Your pitches could not be read. They come by themselves when the server can be reached.";
      const again = { label: "Try again", to: () => void this.#pitches?.refresh() };
      showTrouble(this, error.status === 0 ? "No network" : "The server did not answer", words, error.code, [again]);
      part(this, "loading").hidden = true;
    }
    this.#paint();
  }

  #barred(error: Refused): void {
    const unsent = (this.#cards?.all ?? []).filter(isUnsent).length;
    const kept =
      unsent === 0 ? "" : ` ${unsent === 1 ? "One card is" : `${unsent} cards are`} saved on this ${device()}.`;
    const words = `Open the link that you were given once more, or ask the organizer for a new one.${kept}`;
    showTrouble(this, BARRED[error.code] ?? "Your link has ended", words, error.code, []);
    part(this, "loading").hidden = true;
  }

  /** Shows it with the next frame, once however often it is asked. */
  #paint(): void {
    if (this.#painting !== 0) return;
    this.#painting = requestAnimationFrame(() => this.#now());
  }

  #now(): void {
    cancelAnimationFrame(this.#painting);
    this.#painting = 0;
    const pitches = this.#pitches;
    if (pitches?.known == null) return;
    const { tasks, apart } = pitches;
    const task = tasks.find(({ pitch }) => pitch.session_id === this.#current);
    this.dataset.view = task === undefined ? "list" : "card";
    document.body.classList.toggle("on-card", task !== undefined);
    const open = pitches.known.event.stage === "open";
    const final = pitches.known.final ?? null;
    this.#list?.show({ tasks, apart, current: task?.pitch.session_id ?? null, open, final });
    this.#notice(tasks, task);
    if (task === undefined) this.#card?.close();
    else this.#show(task, tasks);
  }

  #show(task: Task, tasks: readonly Task[]): void {
    const session = task.pitch.session_id;
    const sender = this.#sender;
    const around = {
      sending: sender?.sending === session,
      online: navigator.onLine && sender?.reached !== false,
      closed: this.#closed,
      device: device(),
      keeps: this.#cards?.keeps !== false,
      written: this.#cards?.isWritten(session) !== false,
      lacking: lacking(task),
      hour: this.#hour,
    };
    const next = this.#closed === null ? following(tasks, session) : (neighbour(tasks, task) ?? null);
    this.#card?.show({ task, tasks, next, standing: standing(task.held, around), closed: this.#closed });
  }

  get #closed(): string | null {
    const { stage = "open" } = this.#pitches?.known?.event ?? {};
    const since = this.#pitches?.known?.since ?? null;
    if (stage === "open") return null;
    return stage === "frozen" && since !== null
      ? `${CLOSED.frozen} since ${recently(Date.parse(since))}`
      : CLOSED[stage];
  }

  /** What has to be known on every card: scoring is closed, cards came too late, a choice waits elsewhere. */
  #notice(tasks: readonly Task[], task: Task | undefined): void {
    const torn = tasks.find((one) => one.held?.rival && one !== task);
    const late = this.#closed === null ? 0 : (this.#cards?.all ?? []).filter(isLate).length;
    const link = part<HTMLAnchorElement>(this, "notice-link");
    link.hidden = torn === undefined;
    if (torn !== undefined) link.href = `#/${torn.pitch.session_id}`;
    const stage = this.#pitches?.known?.event.stage;
    part(this, "notice-results").hidden = stage !== "published" && stage !== "archived";
    const words = notice(this.#closed, late, device(), torn?.pitch.team_name);
    say(part(this, "notice-words"), words);
    part(this, "notice").hidden = words === "";
  }

  #acts(): Acts {
    const give = (change: (draft: Draft) => Draft): void =>
      this.#touch((held) => touched(held, change(held.now), Date.now()));
    return {
      give,
      dictated: (session, words) =>
        this.#change(session, (held) =>
          touched(held, { ...held.now, comment: joined(held.now.comment, words) }, Date.now()),
        ),
      undo: () => this.#touch((held) => undone(held, Date.now())),
      keepOwn: () => this.#touch(keptOwn),
      takeOther: () => this.#touch((held) => tookOther(held, Date.now())),
      restore: (draft) => give(() => draftOf(draft)),
      setApart: () => {
        const pitch = this.#pitches?.tasks.find((one) => one.pitch.session_id === this.#current)?.pitch;
        if (pitch !== undefined) void this.#setApart(pitch, true);
      },
      remove: () => {
        if (this.#current !== null) void this.#remove(this.#current);
      },
    };
  }

  get #dictation(): Where | null {
    const { dictation: path, worklet } = this.dataset;
    return path === undefined || worklet === undefined ? null : { path, worklet };
  }

  async #remove(session: string): Promise<void> {
    await this.#pitches?.remove(session);
    location.hash = "#/";
  }

  #touch(decide: (held: Held) => Held): void {
    if (this.#current !== null) this.#change(this.#current, decide);
  }

  #change(session: string, decide: (held: Held) => Held): void {
    void this.#cards?.change(session, decide);
    this.#now(); // not with the next frame: what is not on the disk is not called saved for an instant
    this.#sender?.wake();
  }

  async #setApart({ team_id, team_name }: Pitch, apart: boolean): Promise<void> {
    if (team_id === null) return;
    const aparts = this.#aparts;
    const taken = async (wanted: boolean): Promise<void> => {
      await aparts?.say(team_id, wanted);
      this.#sender?.wake();
      this.#now();
    };
    await taken(apart);
    if (!apart) return;
    location.hash = "#/";
    toast({ words: `You do not score ${team_name}.`, action: { label: "Undo", run: () => void taken(false) } });
  }
}

/** The next in running order, for whoever only looks. */
const neighbour = (tasks: readonly Task[], task: Task): Task | undefined => tasks[tasks.indexOf(task) + 1];

/** Of what was deleted nobody is told: there is nothing to store it with. */
const isLate = (held: Held): boolean => isUnsent(held) && !isGone(held);

/** Those that will be heard soon, in this order. */
function ahead(all: readonly Task[], current: string | null): Task[] {
  const tasks = present(all);
  const first = current === null ? following(tasks, null) : tasks.find(({ pitch }) => pitch.session_id === current);
  const place = first == null ? 0 : tasks.indexOf(first);
  return [...tasks.slice(place), ...tasks.slice(0, place)];
}

function notice(closed: string | null, late: number, where: string, torn: string | undefined): string {
  if (closed === null) return torn === undefined ? "" : `${torn} has two versions.`;
  if (late === 0) return `${closed}.`;
  const cards = late === 1 ? "One card" : `${late} cards`;
  return `${closed}. ${cards} on this ${where} came too late to be stored. Tell the organizer.`;
}

customElements.define("judge-page", JudgePage);
