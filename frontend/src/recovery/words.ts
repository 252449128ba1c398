// What a waiting recording says about itself.
import { clock } from "../common/format";
import { endOf, type Found, seconds } from "../keep/kept";
import type { Standing } from "./standing";

/** What can be done with it, besides what lies behind "More". */
export type Way = "send" | "save";

export interface Said {
  head: string;
  words: string;
  way: Way;
  /** The label of what comes first. */
  label: string;
}

/** `device`: what people call the thing in front of them. */
export function said(found: Found, standing: Standing, device: string): Said {
  const { whole, had, rest } = lengths(found, standing);
  const last = had > 0 ? `the last ${clock(rest)}` : `all ${clock(rest)} of it`;
  const save = (words: string): Said => ({
    head: had > 0 ? `The rest of a recording is on this ${device}` : `A recording is on this ${device}`,
    words,
    way: "save",
    label: had > 0 ? `Save the last ${clock(rest)} as a file` : `Save all ${clock(rest)} as a file`,
  });
  const only = capital(last);
  switch (standing.is) {
    case "stopped":
      if (standing.others) {
        return save(
          `Somebody went on with it on another device and finished it. ${only} is only here. Save it as a file.`,
        );
      }
      if (had === 0) return save(`The server closed it without any sound. ${only} is only here. Save it as a file.`);
      return save(
        `The server closed it because nothing more came: ${clock(had)} is stored and kept as the pitch. ${only} is only here and can no longer be sent. Save it as a file.`,
      );
    case "expired":
      return save(`${only} is only here, and its link has expired. Save it as a file, and give it to your organizer.`);
    case "deleted":
      return save(`The pitch was deleted on the server. ${capital(`all ${clock(whole)} of it`)} is only here.`);
    case "overtaken":
      return save(`Somebody went on with it on another device. ${only} is only here. Save it as a file.`);
    case "refused":
      return save(`The server takes no more of it. ${only} is only here. Save it as a file.`);
    default:
      return open(lengths(found, standing), device);
  }
}

function open({ whole, had, rest }: Lengths, device: string): Said {
  const head = `A recording is waiting on this ${device}`;
  if (had === 0)
    return { head, words: `All ${clock(whole)} of it is only here.`, way: "send", label: "Send all of it" };
  if (rest > 0) {
    const words = `${clock(had)} is stored; the last ${clock(rest)} is only here.`;
    return { head, words, way: "send", label: "Send the rest" };
  }
  const words = `All ${clock(whole)} is stored; it only has to be finished.`;
  return { head: "A recording is not finished", words, way: "send", label: "Finish it" };
}

/** Bytes that the server has of it. */
export function stored(found: Found, standing: Standing): number {
  if (standing.is === "deleted") return 0;
  return Math.min(endOf(found), standing.is === "stopped" ? standing.stored : found.stored);
}

interface Lengths {
  whole: number;
  had: number;
  rest: number;
}

/** In whole seconds that add up; what is there is never nothing. */
function lengths(found: Found, standing: Standing): Lengths {
  const cut = (bytes: number): number => (bytes > 0 ? Math.max(1, Math.floor(seconds(bytes, found.rate))) : 0);
  const [end, known] = [endOf(found), stored(found, standing)];
  const [whole, had] = [cut(end), cut(known)];
  return { whole, had, rest: end > known ? Math.max(1, whole - had) : 0 };
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
