// The prizes above the standings. An organizer gives those that are chosen by hand right here.
import { getJson, Refused, send } from "../common/api";
import { arrange, given, part, say } from "../common/parts";
import { toast } from "../common/toast";
import type { Board, Prize } from "./board";
import { local } from "./listening";

const PAGES = 25; // of 200 pitches: no list of more is chosen from

interface Pitch {
  session_id: string;
  team_name: string;
  pitch_title: string;
}

export class Prizes {
  readonly #items = new Map<string, HTMLElement>();
  readonly #prizes = new Map<string, Prize>();
  #board: Board | null = null;
  /** All that can win; none before they were asked for. */
  #pitches: Pitch[] | null = null;
  #loading = false;
  #giving = false;

  /** `gives`: whoever looks may give them. */
  constructor(
    private readonly root: HTMLElement,
    private readonly gives: boolean,
  ) {}

  show(board: Board): void {
    this.#board = board;
    const shown = board.prizes.filter(({ winners, by }) => winners.length > 0 || by === "hand" || this.gives);
    for (const prize of shown) this.#prizes.set(prize.id, prize);
    part(this.root, "prizes").hidden = shown.length === 0;
    const items = shown.map((prize) => this.#item(prize));
    arrange(part(this.root, "prize-list"), items);
    if (this.gives && this.#pitches === null && shown.some(({ by }) => by === "hand")) void this.#load();
  }

  #item(prize: Prize): HTMLElement {
    const item = this.#items.get(prize.id) ?? this.#made(prize.id);
    say(part(item, "prize-name"), prize.name);
    say(part(item, "decided"), prize.decided);
    this.#sayWinners(part(item, "winners"), prize);
    const gives = this.gives && prize.by === "hand";
    part(item, "give").hidden = !gives;
    if (gives) this.#offer(item, prize);
    return item;
  }

  #made(id: string): HTMLElement {
    const copy = part<HTMLTemplateElement>(this.root, "prize").content.cloneNode(true) as DocumentFragment;
    const item = copy.firstElementChild as HTMLElement;
    part(item, "give-it").addEventListener("click", () => void this.#give(id, part<HTMLSelectElement>(item, "given")));
    this.#items.set(id, item);
    return item;
  }

  /** Who wins it, each a way to its pitch. What stands there is left alone where it is the same. */
  #sayWinners(root: HTMLElement, { winners }: Prize): void {
    const key = JSON.stringify(winners);
    if (root.dataset.said === key) return;
    root.dataset.said = key;
    const embedded = this.root.dataset.embedded !== undefined;
    root.replaceChildren(...(winners.length === 0 ? ["Not awarded yet"] : winners.flatMap(said(embedded))));
  }

  /** The choice is left as somebody has it open; only what can be chosen follows. */
  #offer(item: HTMLElement, prize: Prize): void {
    const choice = part<HTMLSelectElement>(item, "given");
    choice.setAttribute("aria-label", `Who wins ${prize.name}`);
    part(item, "give-it").setAttribute("aria-label", `Give ${prize.name}`);
    const held = prize.winners.length > 1 ? "several" : (prize.winners[0]?.session_id ?? "");
    const pitches = this.#fitting(prize);
    const key = JSON.stringify([held, pitches.map(({ session_id }) => session_id)]);
    if (choice.dataset.offered === key) return;
    const wanted = choice.dataset.held === held ? choice.value : held; // what was chosen, and not given yet
    choice.dataset.offered = key;
    choice.dataset.held = held;
    choice.replaceChildren(
      new Option("Nobody yet", ""),
      ...(held === "several" ? [new Option("Several share it", "several")] : []),
      ...pitches.map(
        ({ team_name, pitch_title, session_id }) => new Option(`${team_name}: ${pitch_title}`, session_id),
      ),
    );
    choice.value = wanted;
    if (choice.selectedIndex < 0) choice.value = held;
  }

  /** Those that can win it, as far as this page knows; the server says so of others. */
  #fitting({ track, winners }: Prize): Pitch[] {
    const rows = this.#board?.standings ?? [];
    const tracks = new Map(rows.map((row) => [row.session_id, row.track]));
    const all = new Map([...winners, ...rows, ...(this.#pitches ?? [])].map((pitch) => [pitch.session_id, pitch]));
    return [...all.values()]
      .filter(({ session_id }) => track === null || !tracks.has(session_id) || tracks.get(session_id) === track)
      .sort((one, other) => one.team_name.localeCompare(other.team_name));
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      this.#pitches = await this.#finished();
      if (this.#board !== null) this.show(this.#board);
    } catch {
      // those with a card can be chosen meanwhile; the next board asks again
    } finally {
      this.#loading = false;
    }
  }

  async #finished(): Promise<Pitch[]> {
    const pitches: Pitch[] = [];
    let cursor: string | null = "";
    for (let page = 0; page < PAGES && cursor !== null; page += 1) {
      const asked: URLSearchParams = new URLSearchParams({ status: "completed", limit: "200" });
      if (cursor !== "") asked.set("cursor", cursor);
      const path = `${given(this.root, "event")}/sessions?${asked}`;
      const found: { sessions: Pitch[]; next_cursor: string | null } = await getJson(path);
      pitches.push(...found.sessions);
      cursor = found.next_cursor;
    }
    return pitches;
  }

  async #give(id: string, choice: HTMLSelectElement): Promise<void> {
    const prize = this.#prizes.get(id);
    if (prize === undefined || choice.value === "several" || choice.value === choice.dataset.held) return;
    const before = prize.winners.map(({ session_id }) => session_id);
    const team = this.#fitting(prize).find(({ session_id }) => session_id === choice.value)?.team_name;
    if (!(await this.#put(id, choice.value === "" ? [] : [choice.value]))) return;
    const words = team === undefined ? `${prize.name}: nobody yet.` : `${prize.name} goes to ${team}.`;
    toast({ words, action: { label: "Undo", run: () => void this.#put(id, before) } });
  }

  /** One at a time: two that give the same prize at once would take it from each other. */
  async #put(id: string, winners: readonly string[]): Promise<boolean> {
    if (this.#giving) return false;
    this.#giving = true;
    try {
      await send("PUT", `${given(this.root, "event")}/prizes/${id}`, { session_ids: winners });
      return true;
    } catch (error) {
      toast({ words: `The prize was not given. ${error instanceof Refused ? error.message : "Try again."}` });
      return false;
    } finally {
      this.#giving = false;
    }
  }
}

function said(embedded: boolean): (winner: Prize["winners"][number], at: number, all: readonly unknown[]) => Node[] {
  return ({ team_name, page_url }, at, all) => {
    const link = document.createElement("a");
    link.href = local(page_url).page;
    if (embedded) Object.assign(link, { target: "_blank", rel: "noopener" });
    link.append(document.createElement("bdi"));
    link.firstElementChild?.append(team_name);
    return at === 0 ? [link] : [document.createTextNode(at === all.length - 1 ? " and " : ", "), link];
  };
}
