// What people are told when something stands between them and a recording: what happened, and what to do.
import { Refused } from "../common/api";
import { device } from "../common/device";
import type { Doing } from "../keep/claim";
import { BYTES_LOST, OVERTAKEN } from "./live-link";

export interface Trouble {
  head: string;
  words: string;
  code: string;
  /** What the button does; none where only the browser or another place can help. */
  action: "again" | "reload" | "open" | "take" | "none";
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
  if (error instanceof Refused && error.code === "no_network") {
    return again("The recorder is not loaded", "There is no network. Get online, then try again.", error.code);
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

/** What was recorded before is here, and cannot be had. */
export const silentDevice = (): Trouble => ({
  head: `This ${device()} does not give it back just now`,
  words: "What you recorded is still on it. Reload the page, then try again.",
  code: "device_silent",
  action: "none",
});

/** What was recorded before may be here. */
export const unansweredTrouble = (): Trouble => ({
  head: `This ${device()} does not answer`,
  words: "If you recorded here before, some of it may be on it only. Try again first.",
  code: "device_silent",
  action: "none",
});

/** Why the microphone hears nothing any more. */
export type Lost = "unplugged" | "refused" | "asleep";

export function lostWords(why: Lost, at: string): string {
  const kept = `Everything until ${at} is kept`;
  if (why === "unplugged") return `The microphone went away. ${kept}; plug it in or use another, and press Continue.`;
  if (why === "refused") {
    return `The browser no longer allows the microphone. ${kept}. Tap the lock beside the address, allow it, then press Continue.`;
  }
  return `No sound comes in any more: this page or the microphone fell asleep. ${kept}; press Continue to go on.`;
}

export const missedWords = (length: string): string =>
  `${length} was not heard, because this ${device()} slept or another program held the microphone. What was said before and after is kept.`;

export const MUTED = "The system has muted the microphone, so silence is recorded. Unmute it to be heard.";

/** What the speaker must know when the device does not take what is said. */
export function unsavedWords(full: boolean): string {
  const why = full ? `The storage of this ${device()} is full` : `This browser saves nothing on this ${device()}`;
  return `${why}. Recording goes on; keep this page open until all of it is stored.`;
}

export const noRoomWords = (): string => `This ${device()} can hold no more. Get back online; then press Continue.`;

/** Why the connection is over for good; `stored` says how much the server has. */
export function endTrouble(code: number, stored: string): Trouble {
  const have = `${stored} is stored.`;
  const end = (head: string, words: string, action: Trouble["action"] = "none"): Trouble => ({
    head,
    words,
    code: code === BYTES_LOST ? "bytes_lost" : code === OVERTAKEN ? "overtaken" : String(code),
    action,
  });
  switch (code) {
    case 4409:
      return end("Recording went on in another tab or device", `${have} To record here again, take it back.`, "reload");
    case OVERTAKEN:
      return end(
        "Recording went on on another device",
        "What was said here meanwhile is not part of it, and can be saved as a file.",
      );
    case 4401:
      return end(
        "This link no longer records",
        `${have} The link is not the one your organizer gave you, or it has expired. Ask for a new one, and open it here.`,
      );
    case 4403:
      return end("This recording belongs to another team", "Open your own team's link.");
    case 4404:
      return end("This recording is gone", "It was deleted on the server while this page was open.");
    case 4410:
      return end("This recording is finished", `It was stopped already. ${have}`, "open");
    case BYTES_LOST:
      return end(
        "The server does not know what it had stored",
        "Save what is on this device as a file, and tell your organizer.",
      );
    default:
      return end("The server did not understand this page", "Load it again; it goes on where it was.", "reload");
  }
}

/** Why this tab does not record; `takeable`: nobody is cut off when it does. */
export function elsewhereTrouble(doing: Doing | null): Trouble {
  const trouble = (words: string, action: Trouble["action"]): Trouble => ({
    head: doing === "ending" ? "Another tab is sending this recording" : "Another tab records this pitch",
    words,
    code: "other_tab",
    action,
  });
  if (doing === "recording") return trouble("Go there to pause or stop it. This page follows by itself.", "none");
  if (doing === "ending") return trouble("It opens the pitch when all of it is stored.", "none");
  if (doing === "paused") return trouble("It is paused there. To go on here instead, take it over.", "take");
  return trouble("That tab does not answer: the browser has put it to sleep. To go on here, take it over.", "take");
}

export type Level = "none" | "silent" | "quiet" | "good" | "loud";

export const LEVEL_WORDS: Record<Level, string> = {
  none: "Not tested",
  silent: "No sound: is it muted?",
  quiet: "Too quiet: come closer",
  good: "Good level",
  loud: "Too loud: it clips",
};
