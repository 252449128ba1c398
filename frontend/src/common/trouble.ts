// The error block that the server rendered empty: what happened, what is safe, what to do.
import { part, say } from "./parts";

export interface Action {
  label: string;
  /** An address to follow, or something to do. */
  to: string | (() => void);
  /** Saved under this name instead of being opened. */
  save?: string;
}

export function showTrouble(root: HTMLElement, head: string, words: string, code: string, actions: Action[]): void {
  say(part(root, "trouble-head"), head);
  say(part(root, "trouble-words"), words);
  say(part(root, "trouble-code"), code);
  part(root, "trouble-actions").replaceChildren(...actions.map(button));
  part(root, "trouble").hidden = false;
}

export function hideTrouble(root: HTMLElement): void {
  part(root, "trouble").hidden = true;
}

function button({ label, to, save }: Action): HTMLElement {
  if (typeof to === "string") {
    const link = document.createElement("a");
    link.className = "button";
    link.href = to;
    link.textContent = label;
    if (save !== undefined) link.download = save;
    return link;
  }
  const press = document.createElement("button");
  press.type = "button";
  press.className = "button";
  press.textContent = label;
  press.addEventListener("click", to);
  return press;
}
