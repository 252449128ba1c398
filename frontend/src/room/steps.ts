// A reveal: one rank at a time, the best last; or one prize at a time, in the order of the ceremony.
import { type Board, ordinal, type Row } from "../standings/board";

const NAMED = 4; // names on the screen at once: more cannot be read from the back

export interface Step {
  head: string;
  /** Beside the head, small: that several have it. */
  note: string;
  names: string[];
  /** How many more there are than are named. */
  more: number;
  score: string;
  /** Whose wave is shown. */
  heard: Row | null;
}

/**
 * Whether a hall may be shown how it stands. Whoever is no organizer is told of no standings before they are published;
 * while judges score nobody is: a key that somebody leans on must not show it.
 */
export function mayShow({ stage, hidden }: Pick<Board, "stage" | "hidden">): boolean {
  return !hidden && stage !== "open" && stage !== "draft";
}

/** Whether everybody may see it: one key, perhaps pressed by chance, must not tell a hall before the ceremony. */
export function isOut({ stage, hidden }: Pick<Board, "stage" | "hidden">): boolean {
  return !hidden && (stage === "published" || stage === "archived");
}

export interface Line {
  session: string;
  rank: string;
  team: string;
  score: string;
  /** Where it would stand nine times in ten. */
  range: string;
}

/** The head of the table; who shares the last rank that fits may be left out. */
export function head(standings: readonly Row[], most: number): Line[] {
  return standings.slice(0, most).map(({ session_id, rank, team_name, score, interval: [low, high] }) => ({
    session: session_id,
    rank: String(rank),
    team: team_name,
    score: score.toFixed(1),
    range: low === high ? String(low) : `${low} to ${high}`,
  }));
}

/** The ranks from this one up to the first; those who share one are shown together. */
export function ranks(standings: readonly Row[], from: number): Step[] {
  const found = new Map<number, Row[]>();
  for (const row of standings) if (row.rank <= from) found.set(row.rank, [...(found.get(row.rank) ?? []), row]);
  return [...found]
    .sort(([one], [other]) => other - one)
    .map(([rank, rows]) => {
      const [best] = rows;
      const alone = rows.length === 1 && best !== undefined ? best : null;
      return { ...named(ordinal(rank), rows, "tied"), score: alone?.score.toFixed(1) ?? "", heard: alone };
    });
}

/** The prizes that somebody won. */
export function prizes(board: Pick<Board, "prizes" | "standings">): Step[] {
  return board.prizes
    .filter(({ winners }) => winners.length > 0)
    .map(({ name, winners }) => {
      const heard =
        winners.length === 1 ? board.standings.find((row) => row.session_id === winners[0]?.session_id) : null;
      return { ...named(name, winners, "shared"), score: "", heard: heard ?? null };
    });
}

function named(head: string, who: readonly { team_name: string }[], several: string): Omit<Step, "score" | "heard"> {
  return {
    head,
    note: who.length > 1 ? several : "",
    names: who.slice(0, NAMED).map(({ team_name }) => team_name),
    more: Math.max(0, who.length - NAMED),
  };
}
