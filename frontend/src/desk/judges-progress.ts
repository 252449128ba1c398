// How far each judge is: asked for again while somebody looks.
import { getJson } from "../common/api";
import { part, say } from "../common/parts";
import { pause } from "../common/wait";

const EVERY = 15_000; // ms; all cards of the event are counted for it
const MOST = 40; // slots that can be told apart in the rail

type Far = [done: number, of: number | null];

class JudgesProgress extends HTMLElement {
  connectedCallback(): void {
    void this.#follow();
  }

  async #follow(): Promise<void> {
    while (this.isConnected) {
      if (!document.hidden) await this.#look();
      await pause(EVERY);
    }
  }

  async #look(): Promise<void> {
    // What stands stays where the server cannot be asked: the desk says so itself.
    const found = await getJson<Record<string, Far>>(this.getAttribute("path") ?? "").catch(() => ({}));
    for (const row of this.querySelectorAll<HTMLElement>("[data-judge]")) {
      const far = (found as Record<string, Far>)[row.dataset.judge ?? ""];
      if (far !== undefined) show(row, ...far);
    }
  }
}

function show(row: HTMLElement, done: number, of: number | null): void {
  const words = of === null ? `${done} ${done === 1 ? "card" : "cards"}` : `${done}/${of}`;
  say(part(row, "figures"), words);
  row.classList.toggle("given", of !== null && of > 0);
  row.classList.toggle("many", of !== null && of > MOST);
  row.style.setProperty("--done", String(done));
  row.style.setProperty("--of", String(of ?? 1));
}

customElements.define("judges-progress", JudgesProgress);
