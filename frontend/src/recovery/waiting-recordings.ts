// The first page greets with every recording that waits on this device; those that another tab holds do not wait.
import { given, part } from "../common/parts";
import { Claim } from "../keep/claim";
import type { Found } from "../keep/kept";
import { openStore } from "../keep/store";
import { newCard } from "./greeting";
import type { RecoveryCard } from "./recovery-card";

const AGAIN = 5_000; // ms after a device that did not answer in time

class WaitingRecordings extends HTMLElement {
  readonly #store = openStore(given(this, "keeper"));

  connectedCallback(): void {
    void this.#look();
    window.addEventListener("pageshow", (event) => event.persisted && void this.#look());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.#look();
    });
  }

  async #look(): Promise<void> {
    let found: Found[];
    try {
      found = await this.#store.list();
    } catch (error) {
      // Slow is not empty: what is shown stays, and it is asked again. Others are devices that keep nothing.
      if ((error as DOMException).name === "TimeoutError") setTimeout(() => void this.#look(), AGAIN);
      return;
    }
    const held = await Promise.all(found.map(({ session }) => Claim.isHeld(session)));
    const waiting = found.filter(({ from, to }, index) => to > from && !held[index]);
    const shown = this.#cards();
    for (const card of shown) if (!card.busy && !waiting.some((one) => card.shows(one))) card.remove();
    for (const one of waiting.sort((a, b) => b.began - a.began)) {
      if (!shown.some((card) => card.shows(one))) this.#greet(one);
    }
    this.#settle();
  }

  #greet(found: Found): void {
    const card = newCard(this);
    part(this, "cards").append(card);
    card.show(this.#store, found, { gone: () => this.#settle() });
  }

  #settle(): void {
    this.hidden = this.#cards().length === 0;
  }

  #cards(): RecoveryCard[] {
    return [...this.querySelectorAll<RecoveryCard>("recovery-card")];
  }
}

customElements.define("waiting-recordings", WaitingRecordings);
