// Teams that a judge should not score. What is said without a network is told to the server later.
import { put, Refused, remove } from "../common/api";
import { kept, of } from "./device";

const PATIENCE = 15_000; // ms for an answer

interface Apart {
  judge: string;
  team: string;
  /** What the judge said last, and what the server knows. */
  wanted: boolean;
  known: boolean;
}

export class Aparts {
  readonly #teams = new Map<string, Apart>();

  private constructor(
    private readonly path: string,
    private readonly judge: string,
  ) {}

  /** `path` is the judge's own, of REST. */
  static async open(path: string, judge: string): Promise<Aparts> {
    const aparts = new Aparts(path, judge);
    const rows = await kept.all<Apart>("apart", of(judge)).catch(() => []);
    for (const row of rows) aparts.#teams.set(row.team, row);
    return aparts;
  }

  has(team: string | null): boolean {
    return team !== null && this.#teams.get(team)?.wanted === true;
  }

  /** The server has to hear of it yet. */
  get isWaiting(): boolean {
    return this.#pending !== undefined;
  }

  async say(team: string, wanted: boolean): Promise<void> {
    await this.#keep({ judge: this.judge, team, wanted, known: this.#teams.get(team)?.known ?? false });
  }

  /** Tells the server one of them; whether there was one. */
  async send(): Promise<boolean> {
    const one = this.#pending;
    if (one === undefined) return false;
    const path = `${this.path}/conflicts/${one.team}`;
    try {
      await (one.wanted ? put(path, {}, PATIENCE) : remove(path));
    } catch (error) {
      const gone = error instanceof Refused && error.status === 404 && !error.isForeign;
      if (!gone) throw error; // else nobody is left to be kept apart from
    }
    await this.#keep({ ...(this.#teams.get(one.team) ?? one), known: one.wanted });
    return true;
  }

  get #pending(): Apart | undefined {
    return [...this.#teams.values()].find(({ wanted, known }) => wanted !== known);
  }

  async #keep(row: Apart): Promise<void> {
    this.#teams.set(row.team, row);
    await kept.put("apart", [row.judge, row.team], row).catch(() => {}); // it holds for this page
  }
}
