// The prizes above the standings. An organizer gives those that are chosen by hand right here.
import { Refused, send } from "../common/api";
import { part, say } from "../common/parts";
import { toast } from "../common/toast";
import type { Board, Prize } from "./board";

export class Prizes {
  readonly #items = new Map<string, HTMLElement>();
  #board: Board | null = null;

  /** `gives`: whoever looks may give them. */
  constructor(
    private readonly root: HTMLElement,
    private readonly gives: boolean,
  ) {}

  show(board: Board): void {
    this.#board = board;
    const shown = board.prizes.filter(({ winners, by }) => winners.length > 0 || by === "hand" || this.gives);
    part(this.root, "prizes").hidden = shown.length === 0;
    part(this.root, "prize-list").replaceChildren(...shown.map((prize) => this.#item(prize)));
  }

  #item(prize: Prize): HTMLElement {
    const item = this.#items.get(prize.id) ?? this.#made(prize);
    say(part(item, "prize-name"), prize.name);
    say(part(item, "decided"), prize.decided);
    part(item, "winners").replaceChildren(...said(prize));
    const choice = part<HTMLSelectElement>(item, "given");
    const gives = this.gives && prize.by === "hand";
    part(item, "give").hidden = !gives;
    if (gives && document.activeElement !== choice) this.#offer(choice, prize);
    return item;
  }

  #made(prize: Prize): HTMLElement {
    const copy = part<HTMLTemplateElement>(this.root, "prize").content.cloneNode(true) as DocumentFragment;
    const item = copy.firstElementChild as HTMLElement;
    const choice = part<HTMLSelectElement>(item, "given");
    choice.setAttribute("aria-label", `Who wins ${prize.name}`);
    choice.addEventListener("change", () => void this.#give(prize.id, choice));
    this.#items.set(prize.id, item);
    return item;
  }

  #offer(choice: HTMLSelectElement, prize: Prize): void {
    const teams = new Map((this.#board?.standings ?? []).map((row) => [row.session_id, row]));
    const rows = [...prize.winners, ...(this.#board?.standings ?? [])].filter(
      ({ session_id }, at, all) => all.findIndex((other) => other.session_id === session_id) === at,
    );
    const fits = rows.filter(({ session_id }) => {
      const track = teams.get(session_id)?.track;
      return prize.track === null || track === undefined || track === prize.track;
    });
    fits.sort((one, other) => one.team_name.localeCompare(other.team_name));
    choice.replaceChildren(
      new Option("Nobody yet", ""),
      ...fits.map(({ team_name, pitch_title, session_id }) => new Option(`${team_name}: ${pitch_title}`, session_id)),
    );
    choice.value = prize.winners[0]?.session_id ?? "";
  }

  /** It is taken from whoever has it, and given to another. */
  async #give(id: string, choice: HTMLSelectElement): Promise<void> {
    const prizes = this.#board?.prizes ?? [];
    const before = prizes.find((prize) => prize.id === id)?.winners.map(({ session_id }) => session_id) ?? [];
    const wanted = choice.value;
    choice.disabled = true;
    try {
      for (const session of before) if (session !== wanted) await put(session, held(prizes, session, id));
      if (wanted !== "") await put(wanted, [...held(prizes, wanted, id), id]);
    } catch (error) {
      choice.value = before[0] ?? "";
      toast({ words: `The prize was not given. ${error instanceof Refused ? error.message : "Try again."}` });
    } finally {
      choice.disabled = false;
    }
  }
}

/** The other prizes that a pitch was given by hand. */
function held(prizes: readonly Prize[], session: string, but: string): string[] {
  const given = prizes.filter(({ by, winners }) => by === "hand" && winners.some((one) => one.session_id === session));
  return given.map(({ id }) => id).filter((id) => id !== but);
}

async function put(session: string, prizes: readonly string[]): Promise<void> {
  await send("PUT", `/api/v1/sessions/${session}/prizes`, { prizes });
}

/** Who wins it, each a way to its pitch. */
function said({ winners }: Prize): Node[] {
  if (winners.length === 0) return [document.createTextNode("Not awarded yet")];
  return winners.flatMap(({ team_name, page_url }, at) => {
    const link = document.createElement("a");
    link.href = page_url;
    link.append(document.createElement("bdi"));
    link.firstElementChild?.append(team_name);
    return at === 0 ? [link] : [document.createTextNode(at === winners.length - 1 ? " and " : ", "), link];
  });
}
