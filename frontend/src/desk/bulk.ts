// What is done with all that was selected.
import { Refused, remove, send } from "../common/api";
import { given, part, say } from "../common/parts";
import { toast } from "../common/toast";
import type { Row } from "./rows";

const AT_ONCE = 4; // requests under way; a selection may be thousands
const MOST_NAMED = 1000; // in the address of a download

export interface Holder {
  selected(): Row[];
  clear(): void;
  /** Takes rows out of sight, or puts them back. */
  hide(rows: readonly Row[]): void;
  unhide(rows: readonly Row[]): void;
  /** Shows rows as they are now. */
  put(rows: readonly Row[]): void;
}

export class Bulk {
  readonly #bar: HTMLElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly holder: Holder,
    private readonly transcribes: boolean,
  ) {
    this.#bar = part(root, "bulk");
    part(root, "bulk-delete").addEventListener("click", () => this.#delete());
    part(root, "bulk-clear").addEventListener("click", () => holder.clear());
    part(root, "bulk-retry").addEventListener("click", () => void this.retry(this.#wordless()));
  }

  /** Whether there is something to show. */
  show(): boolean {
    const rows = this.holder.selected();
    this.#bar.hidden = rows.length === 0;
    if (rows.length === 0) return false;
    say(part(this.root, "bulk-count"), `${rows.length} selected`);
    part(this.root, "bulk-retry").hidden = this.#wordless().length === 0;
    const download = part<HTMLAnchorElement>(this.root, "bulk-download");
    download.hidden = rows.length > MOST_NAMED;
    download.href = `${given(download, "path")}?${new URLSearchParams(rows.map(({ id }) => ["session", id]))}`;
    return true;
  }

  #wordless(): Row[] {
    return this.transcribes ? this.holder.selected().filter(lacksWords) : [];
  }

  /** Has transcripts written anew. */
  async retry(rows: readonly Row[]): Promise<void> {
    const failed = await each(rows, (row) => send("POST", `/api/v1/sessions/${row.id}/transcript`));
    const asked = rows.length - failed.length;
    if (asked > 0) toast({ words: `${counted(asked, "transcript")} ${asked === 1 ? "is" : "are"} being written.` });
    const [first] = failed;
    if (first !== undefined) toast({ words: `${counted(failed.length, "transcript")} not asked for. ${first[1]}` });
  }

  #delete(): void {
    const rows = this.holder.selected();
    this.holder.clear();
    this.holder.hide(rows);
    let atOnce = AT_ONCE;
    const leaving = (): void => {
      atOnce = rows.length; // nothing runs here after this
      finish();
    };
    const [only] = rows;
    const what = rows.length === 1 ? `${only?.team}’s pitch` : `${rows.length} pitches`;
    const finish = toast({
      words: `${what} deleted`,
      action: {
        label: "Undo",
        run: () => {
          removeEventListener("pagehide", leaving);
          this.holder.unhide(rows);
        },
      },
      gone: () => {
        removeEventListener("pagehide", leaving);
        void this.#remove(rows, atOnce);
      },
    });
    addEventListener("pagehide", leaving);
  }

  async #remove(rows: readonly Row[], atOnce: number): Promise<void> {
    const failed = await each(rows, (row) => remove(`/api/v1/sessions/${row.id}`), atOnce);
    const [first] = failed;
    if (first === undefined) return;
    this.holder.unhide(failed.map(([row]) => row));
    toast({
      words: `${failed.length === 1 ? `${first[0].team}’s pitch` : `${failed.length} pitches`} not deleted. ${first[1]}`,
    });
  }
}

export const lacksWords = (row: Row): boolean =>
  row.state === "completed" && (row.transcript === "failed" || row.transcript === "none");

/** Does it to each, a few at once; those that failed, and why. What is gone already counts as done. */
export async function each(
  rows: readonly Row[],
  act: (row: Row) => Promise<void>,
  atOnce = AT_ONCE,
): Promise<[Row, string][]> {
  const waiting = [...rows];
  const failed: [Row, string][] = [];
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      try {
        await act(row);
      } catch (error) {
        if (!(error instanceof Refused && error.status === 404)) failed.push([row, (error as Error).message]);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failed;
}

export function counted(number: number, word: string, many = `${word}s`): string {
  return `${number} ${number === 1 ? word : many}`;
}
