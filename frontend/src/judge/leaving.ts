// Whoever signs out leaves nothing behind but cards that the server does not have yet: they are sent on return.
import type { Cards } from "./cards";
import { kept } from "./device";
import { CACHE as SOUND } from "./kept-sound";
import { CACHE as PAGE } from "./offline";

/** Clears this device of a judge before the form that signs out is sent. */
export function clearOnLeaving(form: HTMLFormElement, judge: string, cards: Cards): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void clear(judge, cards).finally(() => form.submit());
  });
}

async function clear(judge: string, cards: Cards): Promise<void> {
  await Promise.allSettled([cards.forget(), kept.drop("pitches", [judge])]);
  if (typeof caches === "undefined") return;
  await Promise.allSettled([caches.delete(PAGE), caches.delete(SOUND)]);
}
