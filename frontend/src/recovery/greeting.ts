// The recorder's page greets with what it left on this device.
import { part } from "../common/parts";
import type { Store } from "../keep/store";
import { type CardEvents, RecoveryCard } from "./recovery-card";

/** A card from the page's template. */
export function newCard(root: ParentNode): RecoveryCard {
  const card = document
    .importNode(part<HTMLTemplateElement>(root, "card").content, true)
    .querySelector("recovery-card");
  if (!(card instanceof RecoveryCard)) throw new Error("The template has no card.");
  return card;
}

/** False: nothing of this session waits here. Fails where the device does not answer: something may. */
export async function greetedBy(root: Element, store: Store, session: string, events: CardEvents): Promise<boolean> {
  const found = await store.find(session).catch((error: DOMException) => {
    if (error.name === "TimeoutError") throw error;
    return null; // a device that keeps nothing
  });
  if (found === null || found.to === found.from) return false;
  const card = newCard(root);
  part(root, "greeting").replaceChildren(card);
  card.show(store, found, events);
  return true;
}
