// What the server has written meanwhile, put in place without a reload: only what differs is touched.

/** Takes over what differs in a fresh copy of this page. */
export function takeOver(fresh: Document): void {
  for (const piece of document.querySelectorAll<HTMLElement>("[data-piece]")) {
    const now = fresh.querySelector<HTMLElement>(`[data-piece="${piece.dataset.piece}"]`);
    if (now !== null && now.outerHTML !== piece.outerHTML) piece.replaceWith(now);
  }
}

/** The same for the paragraphs of a transcript. What a reader holds on to in the others stays. */
export function takeOverWords(said: HTMLElement, fresh: HTMLElement): void {
  said.lang = fresh.lang;
  let place = said.firstElementChild as HTMLElement | null;
  for (const now of [...fresh.children] as HTMLElement[]) {
    if (place === null || place.dataset.id !== now.dataset.id) said.insertBefore(now, place);
    else {
      const next = place.nextElementSibling as HTMLElement | null;
      if (!same(place, now)) place.replaceWith(now);
      place = next;
    }
  }
  while (place !== null) {
    const next = place.nextElementSibling as HTMLElement | null;
    place.remove();
    place = next;
  }
}

function same(one: HTMLElement, other: HTMLElement): boolean {
  return one.dataset.times === other.dataset.times && reading(one) === reading(other);
}

/** All that is read in a paragraph; marks that the page made are not of it. */
function reading(utterance: HTMLElement): string {
  const machines = [...utterance.querySelectorAll<HTMLElement>("[data-machine]")];
  return [utterance.textContent?.trim(), ...machines.map((word) => word.dataset.machine)].join("\n");
}
