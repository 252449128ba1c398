// A card on this device: what the judge sees, what the server has, and what lies between. Nothing here touches the page.
import { type Card, type Draft, draftOf, NOTHING, same } from "./model";

const PAST = 50; // steps that can be undone
const TRIED = 20; // attempts without an answer that are remembered
const RUN = 3_000; // ms; a comment typed without a longer pause is undone as a whole

export interface Refusal {
  code: string;
  message: string;
  /** What was refused; something else is worth another attempt. */
  of: Draft;
}

export interface Held {
  readonly judge: string;
  readonly session: string;
  readonly now: Draft;
  /** What the server has, as far as is known here, and since when (ms since 1970; null: it has none). */
  readonly base: Draft;
  readonly revision: number;
  readonly storedAt: number | null;
  /** When it was last touched here; ms since 1970. */
  readonly touchedAt: number;
  readonly past: readonly Draft[];
  /** What was sent without an answer: any of it may have arrived. */
  readonly tried: readonly Draft[];
  /** What another device made of it meanwhile: the judge has to choose. */
  readonly rival: Card | null;
  readonly refusal: Refusal | null;
}

export const fresh = (judge: string, session: string): Held => ({
  judge,
  session,
  now: NOTHING,
  base: NOTHING,
  revision: 0,
  storedAt: null,
  touchedAt: 0,
  past: [],
  tried: [],
  rival: null,
  refusal: null,
});

/** What was put back to what the server had is unsent, too, while something else of it may have arrived. */
export const isUnsent = ({ now, base, tried }: Held): boolean =>
  !same(now, base) || tried.some((draft) => !same(draft, base));

/** Unsent, and nobody has to decide anything first. */
export function isDue(held: Held): boolean {
  if (!isUnsent(held) || held.rival !== null) return false;
  return held.refusal === null || !same(held.refusal.of, held.now);
}

/** The judge made this of it. */
export function touched(held: Held, now: Draft, at: number): Held {
  const typing = onlyComment(held.now, now) && onlyComment(held.past.at(-1), held.now);
  const goesOn = typing && at - held.touchedAt < RUN;
  const past = goesOn ? held.past : [...held.past, held.now].slice(-PAST);
  return { ...held, now, touchedAt: at, past };
}

export function undone(held: Held, at: number): Held {
  const before = held.past.at(-1);
  return before === undefined ? held : { ...held, now: before, past: held.past.slice(0, -1), touchedAt: at };
}

/** It is being sent. Written down before, because the answer may never come; once, however often it is repeated. */
export const attempted = (held: Held, sent: Draft): Held => ({
  ...held,
  tried: [...held.tried.filter((draft) => !same(draft, sent)), sent].slice(-TRIED),
});

/** The server has what was sent. */
export const stored = (held: Held, sent: Draft, card: Card): Held => ({
  ...held,
  ...known(sent, card),
  tried: [],
  rival: null,
  refusal: null,
});

/** The server would not have what was to be sent. It did not arrive; what was tried before may have. */
export const refused = (held: Held, sent: Held, code: string, message: string): Held => ({
  ...held,
  tried: sent.tried,
  refusal: { code, message, of: sent.now },
});

/** Why the server has not got what there is; a card that was put back to what it has wants nothing. */
export const obstacle = (held: Held | undefined): Refusal | null =>
  held !== undefined && isUnsent(held) ? held.refusal : null;

/** Its pitch was deleted: nobody will take it any more. */
export const isGone = (held: Held | undefined): boolean => obstacle(held)?.code === "no_such_session";

/** What is wrong with a card itself. All else that is in its way may be over, without a word of it to this device. */
const ITS_OWN = new Set(["comment_too_long", "score_out_of_range", "unknown_criterion"]);

/** Whether it is worth another attempt where the server says that the pitch can be scored; `otherRules` since. */
export const isForgivable = ({ refusal }: Held, otherRules: boolean): boolean =>
  refusal !== null && (otherRules || !ITS_OWN.has(refusal.code));

export const forgiven = (held: Held): Held => ({ ...held, refusal: null });

/** The server tells what it has; null: nothing. News of before what is known here is no news. */
export function told(held: Held, card: Card | null): Held {
  if (card === null) return held.revision === 0 ? held : { ...held, base: NOTHING, revision: 0, storedAt: null };
  return card.revision > held.revision ? overtaken(held, card) : held;
}

/** The server has another version than the one this device knew. */
export function overtaken(held: Held, card: Card): Held {
  if (same(card, held.now)) return stored(held, held.now, card);
  if (!isUnsent(held)) return { ...stored(held, draftOf(card), card), now: draftOf(card) };
  // It came from here, and only the answer was lost: what was typed since goes on from there.
  if (held.tried.some((draft) => same(draft, card))) return stored(held, draftOf(card), card);
  return { ...held, rival: card };
}

/** The judge chose the version of this device. */
export const keptOwn = (held: Held): Held =>
  held.rival === null ? held : stored(held, draftOf(held.rival), held.rival);

/** The judge chose the other version. What was here can still be had back by undoing. */
export function tookOther(held: Held, at: number): Held {
  const { rival } = held;
  if (rival === null) return held;
  return touched(stored(held, draftOf(rival), rival), draftOf(rival), at);
}

const known = (base: Draft, card: Card): Pick<Held, "base" | "revision" | "storedAt"> => ({
  base,
  revision: card.revision,
  storedAt: Date.parse(card.saved_at),
});

const onlyComment = (before: Draft | undefined, after: Draft): boolean =>
  before !== undefined && before.comment !== after.comment && same({ ...before, comment: after.comment }, after);
