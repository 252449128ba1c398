// One sentence that says how it stands.
import type { Row } from "./rows";

const THIN = "\u2009";

/** `reads`: so many cards each team is to have. They are spoken of once there are some. */
export function standing(sessions: readonly Row[], teams: number, reads: number): string {
  const cards = sessions.reduce((sum, row) => sum + row.cards, 0);
  const wanted = (teams > 0 ? teams : sessions.length) * reads;
  const judged = cards > 0 ? ` ${figure(cards)} of ${figure(wanted)} cards are in.` : "";
  return `${recording(sessions, teams)}${judged}`;
}

function recording(sessions: readonly Row[], teams: number): string {
  const recorded = sessions.filter((row) => row.state === "completed" || row.state === "processing");
  if (teams > 0) {
    const distinct = new Set(recorded.flatMap((row) => row.teamId ?? [])).size;
    const rest = recorded.filter((row) => row.teamId === null).length;
    const others = rest > 0 ? ` ${figure(rest)} more ${rest === 1 ? "pitch is" : "pitches are"} here without one.` : "";
    return `${figure(distinct)} of ${figure(teams)} ${teams === 1 ? "team has" : "teams have"} recorded.${others}`;
  }
  if (recorded.length === 0) return "Nobody has recorded yet.";
  return recorded.length === 1 ? "One pitch is here." : `${figure(recorded.length)} pitches are here.`;
}

function figure(number: number): string {
  return number.toLocaleString("en").replace(/,/g, THIN);
}
