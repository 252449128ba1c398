// What only the organizer can mend.
import { part } from "../common/parts";
import { lacksWords } from "./bulk";
import type { Row } from "./rows";

const SHOWN = 3; // of those that could not be read

export function showNeeds(
  root: HTMLElement,
  sessions: readonly Row[],
  transcribes: boolean,
  retry: (rows: readonly Row[]) => void,
): void {
  const items: HTMLElement[] = [];
  const [first, ...others] = transcribes ? sessions.filter((row) => row.transcript === "failed") : [];
  if (first !== undefined) {
    const words =
      others.length === 0 ? `${first.team}: the transcript failed. ` : `${others.length + 1} transcripts failed. `;
    items.push(need(words, "Try again", () => retry([first, ...others].filter(lacksWords))));
  }
  for (const row of sessions.filter(({ state }) => state === "failed").slice(0, SHOWN)) {
    items.push(need(`${row.team}: the recording could not be read. `, "Look", `/pitches/${row.id}`));
  }
  part(root, "needs").replaceChildren(...items);
  part(root, "needs-nothing").hidden = items.length > 0;
}

function need(words: string, label: string, to: string | (() => void)): HTMLElement {
  const item = document.createElement("li");
  const text = document.createElement("span");
  text.append(words);
  const act = document.createElement(typeof to === "string" ? "a" : "button");
  act.textContent = label;
  if (typeof to === "string") (act as HTMLAnchorElement).href = to;
  else {
    (act as HTMLButtonElement).type = "button";
    act.className = "link";
    act.addEventListener("click", to);
  }
  text.append(act);
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  icon.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  icon.firstElementChild?.setAttribute("href", "#i-warning");
  item.append(icon, text);
  return item;
}
