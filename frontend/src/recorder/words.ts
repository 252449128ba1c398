// What people are told when something stands between them and a recording: what happened, and what to do.
import { Refused } from "../common/api";

export interface Trouble {
  head: string;
  words: string;
  code: string;
  /** What the button does; none where only the browser or another place can help. */
  action: "again" | "reload" | "open" | "none";
}

const again = (head: string, words: string, code: string): Trouble => ({ head, words, code, action: "again" });

/** Why the microphone did not open. */
export function microphoneTrouble(error: unknown): Trouble {
  if (error instanceof Refused && error.code === "not_secure") {
    return {
      head: "The microphone needs a secure address",
      words: `Browsers open the microphone on HTTPS and on localhost only, and this page is at ${location.origin}. Open it by its https:// address, or upload a file instead.`,
      code: error.code,
      action: "none",
    };
  }
  if (error instanceof Refused && error.code === "no_worklet") {
    return {
      head: "This browser cannot record",
      words: "It lacks AudioWorklet. Update it, open this page in Firefox, Chrome, Edge or Safari, or upload a file.",
      code: error.code,
      action: "none",
    };
  }
  const name = error instanceof DOMException ? error.name : "";
  return byName(name) ?? again("The microphone did not open", "Press Record to try again.", name || "unknown");
}

function byName(name: string): Trouble | undefined {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return again(
        "The microphone is not allowed",
        "The browser is not allowed to use the microphone. Tap the lock beside the address, allow it, then try again.",
        name,
      );
    case "NotFoundError":
      return again("No microphone was found", "Plug one in, or switch it on, then try again.", name);
    case "NotReadableError":
    case "AbortError":
      return again(
        "Another program holds the microphone",
        "Close the call or the recorder that uses it, then try again.",
        name,
      );
    case "OverconstrainedError":
      return again("That microphone is gone", "It was unplugged or switched off. Choose another one.", name);
    default:
      return undefined;
  }
}

const STORED = "Everything up to here is stored.";

/** Why the connection is over for good. */
export function endTrouble(code: number): Trouble {
  const end = (head: string, words: string, action: Trouble["action"] = "none"): Trouble => ({
    head,
    words,
    code: String(code || "bytes_lost"),
    action,
  });
  switch (code) {
    case 4409:
      return end(
        "Recording went on in another tab or device",
        `${STORED} To record here again, take it back.`,
        "reload",
      );
    case 4401:
      return end(
        "This link no longer records",
        "It is not the link your organizer gave you, or it has expired. Ask for a new one, and open it here.",
      );
    case 4403:
      return end("This recording belongs to another team", "Open your own team's link.");
    case 4404:
      return end("This recording is gone", "It was deleted while this page was open.");
    case 4410:
      return end("This recording is finished", `It was stopped already. ${STORED}`, "open");
    case 0:
      return end(
        "The server does not know what it had stored",
        "Save what is on this device as a file, and tell your organizer.",
      );
    default:
      return end("The server did not understand this page", "Load it again; it goes on where it was.", "reload");
  }
}

export type Level = "none" | "silent" | "quiet" | "good" | "loud";

export const LEVEL_WORDS: Record<Level, string> = {
  none: "Not tested",
  silent: "No sound: is it muted?",
  quiet: "Too quiet: come closer",
  good: "Good level",
  loud: "Too loud: it clips",
};
