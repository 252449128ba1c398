// The link of a team or a judge, to be pasted into a message.
import { part, say } from "../common/parts";

class CopyLink extends HTMLElement {
  connectedCallback(): void {
    const link = part<HTMLInputElement>(this, "link");
    const words = part(this, "copy-word");
    link.addEventListener("focus", () => link.select());
    part(this, "copy").addEventListener("click", () => void this.#copy(link, words));
  }

  async #copy(link: HTMLInputElement, words: HTMLElement): Promise<void> {
    try {
      await navigator.clipboard.writeText(link.value);
      say(words, "Copied");
    } catch {
      link.focus(); // not allowed, or the page is not secure: it is selected, to be copied by hand
      say(words, "Selected: copy it");
    }
    setTimeout(() => say(words, "Copy link"), 4000);
  }
}

customElements.define("copy-link", CopyLink);
