// Where a card is, in the words of the house: saved on this device, sent, stored.
import type { Held } from "./held";
import { isUnsent } from "./held";
import type { Criterion } from "./model";

export type Place = "untouched" | "here" | "sent" | "stored" | "torn" | "refused";

export interface Standing {
  place: Place;
  words: string;
  more: string;
}

export interface Around {
  sending: boolean;
  online: boolean;
  /** Why nothing can be stored just now, where that is so. */
  closed: string | null;
  device: string;
  /** Whether this browser keeps anything, and has this card on its disk. */
  keeps: boolean;
  written: boolean;
  lacking: readonly Criterion[];
  hour: (moment: number) => string;
}

export function standing(held: Held | undefined, around: Around): Standing {
  const here = `${around.keeps ? (around.written ? "Saved" : "Saving") : "Not saved"} on this ${around.device}`;
  if (held?.rival) return { place: "torn", words: "Two versions", more: "Choose one above" };
  if (held === undefined || (!isUnsent(held) && held.revision === 0)) {
    return { place: "untouched", words: "Not scored yet", more: around.closed ?? "Every touch is saved at once" };
  }
  if (!isUnsent(held)) return { place: "stored", words: "Stored", more: afterStoring(held, around) };
  if (around.closed !== null) return { place: "refused", words: here, more: around.closed };
  if (held.refusal !== null) return { place: "refused", words: here, more: "The server has not taken it" };
  if (!around.keeps && !around.online) return { place: "refused", words: here, more: "Stay here until you are online" };
  if (!around.online) return { place: "here", words: here, more: "Sends when you are back online" };
  if (around.sending) return { place: "sent", words: "Sent", more: "The server has not answered yet" };
  return { place: "here", words: here, more: "Sends in a moment" };
}

function afterStoring({ now, storedAt }: Held, { lacking, hour }: Around): string {
  const [first, ...others] = lacking;
  if (now.mark === "skip") return "Skipped, so it does not count";
  if (first !== undefined && others.length === 0) return `${first.name} is not scored yet`;
  if (first !== undefined) return `${lacking.length} criteria are not scored yet`;
  return storedAt === null ? "On the server" : `On the server since ${hour(storedAt)}`;
}
