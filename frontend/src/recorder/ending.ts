// After the last word: everything is sent, the server says so, and the pitch's page opens as soon as it plays.
import { device } from "../common/device";
import { clock } from "../common/format";
import { part, say } from "../common/parts";
import { pageOf } from "../common/pitch-page";
import { playableOrFailed, until } from "../common/wait";

export class Ending {
  #total = 0;
  #from = 0;

  constructor(private readonly root: HTMLElement) {}

  /** Seconds said and seconds durable when Stop was pressed. */
  begin(total: number, stored: number): void {
    [this.#total, this.#from] = [total, stored];
    part(this.root, "after").hidden = false;
  }

  /** Seconds durable; `saved`: the others outlive this page. */
  show(stored: number, offline: boolean, saved: boolean): void {
    const left = this.#total - stored;
    const here = `The last ${clock(Math.ceil(left))} is only on this ${device()}`;
    const share = this.#total > this.#from ? (stored - this.#from) / (this.#total - this.#from) : 1;
    part(this.root, "after-line").style.transform = `scaleX(${Math.min(1, Math.max(0, share))})`;
    if (left <= 0) say(part(this.root, "after-words"), "Storing your pitch.");
    else if (!offline) say(part(this.root, "after-words"), `Sending. ${here}.`);
    else say(part(this.root, "after-words"), `No network. ${here}. ${advice(saved)}`);
  }

  /** The server has everything. */
  async open(details: string, token: string | null, page: string): Promise<void> {
    part(this.root, "after-line").style.transform = "scaleX(1)";
    say(part(this.root, "after-words"), "All stored. Opening your pitch.");
    let to = page;
    try {
      to = pageOf(await until(details, token, playableOrFailed));
    } catch {
      // Not ours to look at, perhaps; the page itself will say.
    }
    location.replace(to);
  }
}

function advice(saved: boolean): string {
  if (!saved) return "Keep this page open; it will send.";
  return "It will send; you may also close this page, and open PitchScoop again when you are online.";
}
