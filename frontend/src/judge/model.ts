// What the server says of judging, and what a judge makes of a pitch.

export interface Anchor {
  value: number;
  text: string;
}

export interface Criterion {
  id: string;
  name: string;
  weight: number;
  min: number;
  max: number;
  description?: string | null;
  anchors: readonly Anchor[];
}

/** `skip`: it does not count. `again`: it does, and the judge wants to hear the pitch once more. */
export type Mark = "skip" | "again" | null;

/** What a judge gave: scores by criterion, those that are missing left out. */
export interface Draft {
  readonly scores: Readonly<Record<string, number>>;
  readonly comment: string;
  readonly mark: Mark;
}

/** A card as the server has it. */
export interface Card extends Draft {
  saved_at: string;
  revision: number;
}

/** A card as it was once. */
export type Version = Omit<Card, "revision">;

export interface Pitch {
  session_id: string;
  team_id: string | null;
  team_name: string;
  pitch_title: string;
  track: string | null;
  /** Seconds; null: not known yet. */
  duration: number | null;
  status: "recording" | "processing" | "completed" | "failed";
  has_audio: boolean;
  card: Card | null;
}

export type Stage = "draft" | "open" | "frozen" | "published" | "archived";

export interface FinalProgress {
  pairs: number;
  compared: number;
  /** Whether comparisons are taken now. */
  takes: boolean;
}

export interface Judging {
  event: { event_id: string; name: string; stage: Stage };
  /** By track; those of pitches without a track under "". */
  criteria: Readonly<Record<string, readonly Criterion[]>>;
  pitches: readonly Pitch[];
  /** Whether somebody said who hears whom; if not, everybody hears all. */
  assigned: boolean;
  /** How far this judge is with the final round; null: there is none for them. */
  final?: FinalProgress | null;
  /** When scoring was closed; null: it is open, or nobody said. Added here. */
  since?: string | null;
}

export const NOTHING: Draft = { scores: {}, comment: "", mark: null };

export const draftOf = ({ scores, comment, mark }: Draft): Draft => ({ scores, comment, mark });

/** Whether they say the same. White space around a comment says nothing. */
export function same(one: Draft, other: Draft): boolean {
  const given = Object.keys(one.scores);
  return (
    one.mark === other.mark &&
    one.comment.trim() === other.comment.trim() &&
    given.length === Object.keys(other.scores).length &&
    given.every((id) => one.scores[id] === other.scores[id])
  );
}

/**
 * A draft as the server takes it: all criteria of the pitch, those without a score as null, so that nothing of another
 * version shows through.
 */
export function sendable({ scores, comment, mark }: Draft, criteria: readonly Criterion[] | null): object {
  const ids = criteria?.map(({ id }) => id) ?? Object.keys(scores);
  return { scores: Object.fromEntries(ids.map((id) => [id, scores[id] ?? null])), comment, mark };
}

/** The criteria that have no score yet. */
export const missing = (draft: Draft, criteria: readonly Criterion[]): Criterion[] =>
  criteria.filter(({ id }) => draft.scores[id] === undefined);

/** The draft with another score of one criterion; null takes it away. */
export function scored(draft: Draft, criterion: string, value: number | null): Draft {
  const { [criterion]: _, ...others } = draft.scores;
  return { ...draft, scores: value === null ? others : { ...others, [criterion]: value } };
}
