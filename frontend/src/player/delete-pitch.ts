// Deleting is said to be done at once and done when the chance to undo is over.
import { remove } from "../common/api";
import { given } from "../common/parts";
import { toast } from "../common/toast";

class DeletePitch extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("button")?.addEventListener("click", (event) => {
      this.#begin(event.currentTarget as HTMLButtonElement);
    });
  }

  #begin(button: HTMLButtonElement): void {
    button.disabled = true;
    const page = document.querySelector<HTMLElement>("pitch-player");
    if (page !== null) page.inert = true; // it looks gone, and it is as soon as nobody undoes it
    for (const audio of document.querySelectorAll("audio")) audio.pause();
    const leaving = (): void => finish();
    const finish = toast({
      words: `${given(this, "name")}’s pitch deleted`,
      action: {
        label: "Undo",
        run: () => {
          window.removeEventListener("pagehide", leaving);
          if (page !== null) page.inert = false;
          button.disabled = false;
          button.focus();
        },
      },
      gone: () => {
        window.removeEventListener("pagehide", leaving);
        void this.#remove(button);
      },
    });
    window.addEventListener("pagehide", leaving);
  }

  async #remove(button: HTMLButtonElement): Promise<void> {
    try {
      await remove(given(this, "path"));
      location.assign("/");
    } catch (error) {
      button.disabled = false;
      const page = document.querySelector<HTMLElement>("pitch-player");
      if (page !== null) page.inert = false;
      toast({ words: `Not deleted. ${(error as Error).message}` });
    }
  }
}

customElements.define("delete-pitch", DeletePitch);
