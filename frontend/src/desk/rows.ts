// A session in short, as the server sends thousands of them (doors/web/desk.py has the order of the fields).

export type State = "waiting" | "recording" | "processing" | "completed" | "failed" | "absent";
export type Written = "none" | "pending" | "ready" | "failed";

export type Sent = [
  id: string,
  teamId: string | null,
  team: string,
  title: string,
  state: State,
  audible: 0 | 1,
  duration: number | null,
  created: number,
  transcript: Written,
  wave: string,
  cards: number,
];

export type SentTeam = [id: string, name: string, track: string | null];

export interface Row {
  /** A session's id; for a team without one `team:` and the team's. */
  readonly id: string;
  readonly teamId: string | null;
  readonly team: string;
  readonly title: string;
  readonly state: State;
  readonly audible: boolean;
  /** Seconds; null: not known yet. */
  readonly duration: number | null;
  /** Milliseconds. */
  readonly created: number;
  readonly transcript: Written;
  readonly wave: string;
  /** Complete ones. */
  readonly cards: number;
  readonly track: string;
  /** What the search field looks in. */
  readonly words: string;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEIGHTS = new Map([...LETTERS].map((letter, place) => [letter, place / 63]));

export function decoded(sent: Sent, tracks: ReadonlyMap<string, string>): Row {
  const [id, teamId, team, title, state, audible, duration, created, transcript, wave, cards] = sent;
  const track = trackOf(teamId, tracks);
  const words = folded(`${team}\n${title}`);
  return {
    id,
    teamId,
    team,
    title,
    state,
    audible: audible === 1,
    duration,
    created,
    transcript,
    wave,
    cards,
    track,
    words,
  };
}

/** A row whose team's track is known only now. */
export function placed(row: Row, tracks: ReadonlyMap<string, string>): Row {
  return { ...row, track: trackOf(row.teamId, tracks) };
}

/** A row that is another team's now. */
export function moved(row: Row, [teamId, team, track]: SentTeam): Row {
  return { ...row, teamId, team, track: track ?? "", words: folded(`${team}\n${row.title}`) };
}

function trackOf(teamId: string | null, tracks: ReadonlyMap<string, string>): string {
  return (teamId === null ? undefined : tracks.get(teamId)) ?? "";
}

/** A team that has not recorded stands in the list too. */
export function absent([id, team, track]: SentTeam): Row {
  return {
    id: `team:${id}`,
    teamId: id,
    team,
    title: "",
    state: "absent",
    audible: false,
    duration: null,
    created: 0,
    transcript: "none",
    wave: "",
    cards: 0,
    track: track ?? "",
    words: folded(team),
  };
}

/** Capitals and accents aside, as people search. */
export function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
}

/** Heights from 0 to 1. */
export function heights(wave: string): number[] {
  return Array.from(wave, (letter) => HEIGHTS.get(letter) ?? 0);
}
