// What a judge's device keeps: cards, the pitches to be judged, and whom the judge should not score.
import { database } from "../common/database";

export const kept = database<"cards" | "pitches" | "apart">("pitchscoop-judging", ["cards", "pitches", "apart"]);

/** All rows of a judge, where keys begin with theirs. */
export const of = (judge: string): IDBKeyRange => IDBKeyRange.bound([judge], [judge, []]);
