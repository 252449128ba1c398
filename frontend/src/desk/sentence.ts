// One sentence that says how it stands.
import type { Row } from "./rows";

const THIN = "\u2009";

export function standing(sessions: readonly Row[], teams: number): string {
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
