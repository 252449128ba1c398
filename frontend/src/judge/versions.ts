// Versions of a card: two that a judge has to choose from, and all that the server has had.
import { getJson, type Refused } from "../common/api";
import { recently } from "../common/local-time";
import { part, say } from "../common/parts";
import type { Held } from "./held";
import type { Criterion, Draft, Version } from "./model";
import { asJudge } from "./sender";

export interface Choice {
  keepOwn(): void;
  takeOther(): void;
  /** An earlier version shall be what is given now. */
  restore(draft: Draft): void;
}

export class Versions {
  readonly #dialog: HTMLDialogElement;
  #compared = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly judge: string,
    private readonly device: string,
    private readonly choice: Choice,
  ) {
    this.#dialog = part<HTMLDialogElement>(root, "versions");
    part(root, "keep-own").addEventListener("click", () => choice.keepOwn());
    part(root, "take-other").addEventListener("click", () => choice.takeOther());
    part(root, "versions-close").addEventListener("click", () => this.#dialog.close());
  }

  /** Both versions, where there are two. */
  compare(held: Held | undefined, criteria: readonly Criterion[]): void {
    const rival = held?.rival ?? null;
    const box = part(this.root, "torn");
    const began = box.hidden && rival !== null;
    const chosen = rival === null && box.contains(document.activeElement);
    box.hidden = rival === null;
    if (chosen) part(this.root, "dock").focus({ preventScroll: true }); // it says what became of it
    if (held === undefined || rival === null) return;
    const at = recently(Date.parse(rival.saved_at));
    say(part(box, "torn-words"), `You changed this card on another device ${at}. Keep this one, or take the other?`);
    say(part(box, "torn-here"), `This ${this.device}, ${recently(held.touchedAt)}`);
    say(part(box, "torn-there"), `Other device, ${at}`);
    this.#fill(part(box, "torn-rows"), lines(criteria, held.now, rival));
    if (began) box.scrollIntoView({ block: "nearest" });
  }

  #fill(rows: HTMLElement, all: readonly Line[]): void {
    const words = JSON.stringify(all);
    if (words === this.#compared) return; // whoever is reading them is not interrupted
    this.#compared = words;
    rows.replaceChildren(...all.map((cells) => compared(cells)));
  }

  async open(session: string, criteria: readonly Criterion[]): Promise<void> {
    const list = part(this.root, "versions-list");
    list.replaceChildren();
    say(part(this.root, "versions-words"), "Reading the earlier versions");
    this.#dialog.showModal();
    try {
      const { versions } = await getJson<{ versions: Version[] }>(
        `/api/v1/sessions/${session}/scores/history?${asJudge(this.judge)}`,
      );
      list.replaceChildren(...versions.map((card, place) => this.#version(card, place, criteria)));
      say(part(this.root, "versions-words"), versions.length === 0 ? "Nothing of this card is stored yet." : "");
    } catch (error) {
      const away = (error as Refused).status === 0;
      const words = "No network. Earlier versions are on the server; look again when you are back online.";
      say(part(this.root, "versions-words"), away ? words : (error as Refused).message);
    }
  }

  close(): void {
    this.#dialog.close();
  }

  #version(card: Version, place: number, criteria: readonly Criterion[]): HTMLElement {
    const template = part<HTMLTemplateElement>(this.root, "version");
    const item = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    const at = recently(Date.parse(card.saved_at));
    say(part(item, "version-at"), place === 0 ? `${at}, the newest` : at);
    say(part(item, "version-scores"), criteria.map((one) => `${one.name} ${card.scores[one.id] ?? "–"}`).join(", "));
    say(part(item, "version-comment"), card.comment);
    part(item, "version-take").addEventListener("click", () => {
      this.#dialog.close();
      this.choice.restore(card);
    });
    return item;
  }
}

type Line = [name: string, own: string, other: string];

const MARKS = { skip: "Skipped", again: "To hear again" };

function lines(criteria: readonly Criterion[], own: Draft, other: Draft): Line[] {
  const score = ({ scores }: Draft, id: string): string => String(scores[id] ?? "–");
  const mark = ({ mark }: Draft): string => (mark === null ? "–" : MARKS[mark]);
  const all: Line[] = criteria.map(({ id, name }) => [name, score(own, id), score(other, id)]);
  if (own.mark !== other.mark) all.push(["Marked", mark(own), mark(other)]);
  if (own.comment !== "" || other.comment !== "") all.push(["Comment", own.comment || "–", other.comment || "–"]);
  return all;
}

function compared([name, own, other]: Line): HTMLElement {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  row.append(head, cell(own), cell(other));
  row.classList.toggle("differs", own !== other);
  return row;
}

function cell(words: string): HTMLElement {
  const data = document.createElement("td");
  data.dir = "auto";
  data.textContent = words;
  return data;
}
