// The final round beside the standings: who was preferred how often, and what that says.
import { arrange, part, say } from "../common/parts";
import { type Board, counted, type Finalist, ordinal } from "./board";
import { local } from "./listening";

export class FinalRound {
  readonly #items = new Map<string, HTMLElement>();

  constructor(private readonly root: HTMLElement) {}

  show({ final }: Board): void {
    part(this.root, "final").hidden = final === null;
    if (final === null) return;
    say(part(this.root, "final-words"), final.words);
    const items = final.places.map((place) => this.#item(place));
    arrange(part(this.root, "final-places"), items);
    const counts = `${counted(final.comparisons, "comparison")} by ${counted(final.judges, "judge")}`;
    say(part(this.root, "final-counts"), `${counts}, two pitches at a time. It changes no rank in the table.`);
  }

  #item(place: Finalist): HTMLElement {
    const item = this.#items.get(place.session_id) ?? this.#made(place);
    say(part(item, "finalist-rank"), place.rank === null ? "" : String(place.rank));
    say(
      part(item, "finalist-place"),
      place.rank === null ? "No place yet" : `${ordinal(place.rank)} in the final round`,
    );
    say(part(item, "finalist-team"), place.team_name);
    say(part(item, "finalist-won"), `preferred in ${place.won} of ${place.compared}`);
    return item;
  }

  #made({ session_id, page_url }: Finalist): HTMLElement {
    const copy = part<HTMLTemplateElement>(this.root, "finalist").content.cloneNode(true) as DocumentFragment;
    const item = copy.firstElementChild as HTMLElement;
    part<HTMLAnchorElement>(item, "finalist-link").href = local(page_url).page;
    this.#items.set(session_id, item);
    return item;
  }
}
