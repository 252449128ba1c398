// One tab records or sends a session: whoever holds the claim. It goes with its tab, however that ends.

const PATIENCE = 1_000; // ms for the other tab's answer; a tab that the browser has frozen gives none
const YIELD = 2_000; // ms for the other tab to write down what it has and let go

/** What the holder is doing, as far as others must know. */
export type Doing = "recording" | "paused" | "ending";

type Word = { ask: true } | { doing: Doing } | { yield: true };

export class Claim {
  /** Called when another tab takes it. To be awaited: what is written down before it returns is there for them. */
  taken: () => Promise<void> = async () => {};
  #doing: Doing = "paused";
  #free: () => void = () => {};
  readonly #channel: BroadcastChannel;

  private constructor(session: string) {
    this.#channel = new BroadcastChannel(named(session));
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if ("ask" in data) this.doing = this.#doing;
      else if ("yield" in data) void this.taken().finally(() => this.release());
    };
  }

  /** Null: another tab holds it. */
  static async take(session: string): Promise<Claim | null> {
    if (navigator.locks === undefined) return new Claim(session); // and no microphone either: nothing will be recorded
    return new Promise((resolve) => {
      let claim: Claim | null = null;
      const held = navigator.locks.request(named(session), { ifAvailable: true }, (lock) => {
        claim = lock === null ? null : new Claim(session);
        resolve(claim);
        return claim === null ? undefined : claim.#held();
      });
      held.catch(() => void claim?.taken()); // by force
    });
  }

  static async isHeld(session: string): Promise<boolean> {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return held.some(({ name }) => name === named(session));
  }

  /** What another tab does with it; null: it says nothing. Asked again whenever it changes, until nobody holds it. */
  static async watch(session: string, told: (doing: Doing | null) => void): Promise<void> {
    const channel = new BroadcastChannel(named(session));
    const silence = setTimeout(() => told(null), PATIENCE);
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (!("doing" in data)) return;
      clearTimeout(silence);
      told(data.doing);
    };
    channel.postMessage({ ask: true } satisfies Word);
    await navigator.locks.request(named(session), { mode: "shared" }, () => {});
    clearTimeout(silence);
    channel.close();
  }

  /** Asks the other tab to let go; one that does not answer loses it. */
  static async wrest(session: string): Promise<void> {
    const channel = new BroadcastChannel(named(session));
    channel.postMessage({ yield: true } satisfies Word);
    channel.close();
    try {
      await navigator.locks.request(named(session), { signal: AbortSignal.timeout(YIELD) }, () => {});
    } catch {
      await navigator.locks.request(named(session), { steal: true }, () => {});
    }
  }

  set doing(doing: Doing) {
    this.#doing = doing;
    this.#channel.postMessage({ doing } satisfies Word);
  }

  release(): void {
    this.#channel.close();
    this.#free();
  }

  #held(): Promise<void> {
    return new Promise((free) => {
      this.#free = free;
    });
  }
}

const named = (session: string): string => `recording:${session}`;
