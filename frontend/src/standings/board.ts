// The standings as the server tells them (doors/leaderboard.py), and how they are said.
export interface Row {
  rank: number;
  session_id: string;
  team_name: string;
  pitch_title: string;
  track: string | null;
  adjusted: number;
  raw_mean: number;
  score: number;
  /** Of the rank, 90 %. */
  interval: [number, number];
  judges: number;
  /** Probabilities. */
  p_first: number;
  p_top3: number;
  tied: number;
  why: string;
  audio_duration: number | null;
  preview: { start: number; end: number } | null;
  page_url: string;
}

/** A prize; several winners share it, and nobody has it yet where there is none. */
export interface Prize {
  id: string;
  name: string;
  by: "rank" | "criterion" | "hand" | "audience";
  track: string | null;
  /** What decides it, in words. */
  decided: string;
  winners: { session_id: string; team_name: string; pitch_title: string; page_url: string }[];
}

/** A final round, in which judges compared two pitches at a time. It changes no standings. */
export interface Final {
  /** Whether comparisons tell an order. */
  settled: boolean;
  words: string;
  comparisons: number;
  judges: number;
  places: Finalist[];
}

export interface Finalist {
  /** Null: comparisons cannot tell yet. */
  rank: number | null;
  session_id: string;
  team_name: string;
  won: number;
  compared: number;
  page_url: string;
}

export interface Board {
  stage: "draft" | "open" | "frozen" | "published" | "archived";
  stage_since: string | null;
  method: "adjusted" | "mean";
  /** What becomes of teams that cannot be told apart, in a sentence. */
  ties: string;
  hidden: boolean;
  tracks: string[];
  standings: Row[];
  prizes: Prize[];
  final: Final | null;
  warnings: string[];
  advice: string[];
  judges: number | null;
  cards: number | null;
  /** What stands for all cards: of the last entry. */
  chain: string | null;
}

/** What is known before the first answer, and all that is, while standings are hidden. */
export type Standing = Pick<Board, "stage" | "stage_since">;

const SEEN = 5; // of a hundred: below that nothing is said

type When = (iso: string) => string;

/** `Sat 14 Nov, 19:30` in the event's zone. */
export function clockIn(zone: string): When {
  const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: zone });
  const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  return (iso) => {
    const moment = new Date(iso);
    return `${day.format(moment).replace(",", "")}, ${hour.format(moment)}`;
  };
}

const HOW =
  "The bar shows where each team would stand nine times out of ten; where bars overlap, the order is not certain.";

/** What stands under the headline. */
export function sentence(board: Board, when: When): string {
  if (board.hidden || board.standings.length === 0) return state(board, when);
  return `${state(board, when)} ${counts(board)} ${HOW}`;
}

function state({ stage, stage_since, hidden }: Standing & { hidden: boolean }, when: When): string {
  const since = stage_since === null ? "" : ` ${when(stage_since)}`;
  if (stage === "published") return `Published${since}.`;
  if (stage === "archived") return `Final. Archived${since}.`;
  if (stage === "frozen") return `Frozen${since}: no more cards are taken.${hidden ? "" : " Not published yet."}`;
  if (stage === "open") return hidden ? "Judges are scoring." : "Judges are scoring; this changes with every card.";
  return "The event has not begun.";
}

function counts({ standings, judges, cards }: Board): string {
  return `${counted(standings.length, "team")}, ${counted(judges ?? 0, "judge")}, ${counted(cards ?? 0, "card")}.`;
}

/** Headline and sentence of the box that stands in for rows. */
export function emptiness({ hidden, stage }: Pick<Board, "hidden" | "stage">): [string, string] {
  if (hidden) return ["The standings are hidden", "They appear here the moment the organizer publishes them."];
  if (stage === "published" || stage === "archived") return ["No scores", "No judge has filled in a card."];
  return ["No scores yet", "A team appears here the moment a judge has scored every criterion of its pitch."];
}

/** `1 card`, `143 cards`. */
export function counted(number: number, word: string): string {
  return number === 1 ? `1 ${word}` : `${number.toLocaleString("en").replaceAll(",", "\u2009")} ${word}s`;
}

/** `1st`, `22nd`, `113th`. */
export function ordinal(place: number): string {
  const teen = place % 100 > 10 && place % 100 < 14;
  return `${place}${teen ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th")}`;
}

/** How likely a place at the top is; nothing of a team that is far from it. */
export function chances({ p_first, p_top3 }: Pick<Row, "p_first" | "p_top3">): string {
  const [first, three] = [p_first, p_top3].map((chance) => Math.round(100 * chance));
  if (first === undefined || three === undefined || three < SEEN) return "";
  return `Judged a hundred times, it would be first ${times(first)}, and among the first three ${times(three)}.`;
}

function times(count: number): string {
  return count === 0 ? "hardly ever" : count === 1 ? "once" : count === 100 ? "every time" : `${count} times`;
}

/** As a screen reader should say it. */
export function between([low, high]: [number, number]): string {
  if (low === high) return `Nine times in ten ${ordinal(low)}`;
  return `Nine times in ten between ${ordinal(low)} and ${ordinal(high)}`;
}
