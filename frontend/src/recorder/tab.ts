// While recording, the tab says so: the time in its title, the fifth bar of its icon filled, no sleep, no slip.
import { clock } from "../common/format";

export class Tab {
  readonly #title = document.title;
  readonly #link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  readonly #icon = this.#link?.href ?? "";
  #lock: WakeLockSentinel | null = null;
  #guarded = false;
  #awake = false;
  readonly #guard = (event: BeforeUnloadEvent): void => event.preventDefault();
  readonly #visible = (): void => {
    if (document.visibilityState === "visible" && this.#awake) void this.#acquire();
  };

  constructor(private readonly recordingIcon: string) {
    document.addEventListener("visibilitychange", this.#visible);
  }

  recording(seconds: number): void {
    const title = `${clock(seconds)} ● ${this.#title}`;
    if (document.title !== title) document.title = title;
  }

  /** The microphone opens or closes. */
  set open(yes: boolean) {
    this.#awake = yes;
    if (yes) void this.#acquire();
    else void this.#lock?.release();
    if (!yes) document.title = this.#title;
    if (this.#link === null) return;
    this.#link.href = yes ? this.recordingIcon : this.#icon;
  }

  /** Leaving would lose something: the browser asks first. */
  set guarded(yes: boolean) {
    if (yes === this.#guarded) return;
    this.#guarded = yes;
    if (yes) window.addEventListener("beforeunload", this.#guard);
    else window.removeEventListener("beforeunload", this.#guard);
  }

  async #acquire(): Promise<void> {
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // Low battery or an old browser: recording goes on, the screen may go dark.
    }
  }
}
