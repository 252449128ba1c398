// Elements find what the server rendered for them by `data-part`.

/** The named part; a page without it is a mistake of ours and says so at once. */
export function part<E extends Element = HTMLElement>(root: ParentNode, name: string): E {
  const found = root.querySelector<E>(`[data-part="${name}"]`);
  if (found === null) throw new Error(`This page has no part "${name}".`);
  return found;
}

/** The named part, where not every state of the page has it. */
export function optional<E extends Element = HTMLElement>(root: ParentNode, name: string): E | null {
  return root.querySelector<E>(`[data-part="${name}"]`);
}

/** A data attribute that the template always writes. */
export function given(element: HTMLElement, name: string): string {
  const value = element.dataset[name];
  if (value === undefined) throw new Error(`This element has no data-${name}.`);
  return value;
}

/** Puts another symbol of the sprite into an icon that is already there. */
export function setIcon(root: Element, name: string): void {
  root.querySelector("use")?.setAttribute("href", `#i-${name}`);
}

/** Puts these into a list in this order. Moving one takes the focus from it: only where the order is another one. */
export function arrange(list: Element, elements: readonly Element[]): void {
  const same = list.children.length === elements.length && elements.every((one, at) => list.children[at] === one);
  if (!same) list.replaceChildren(...elements);
}

/** Sets a text only when it changes, so that screen readers are not told the same twice. */
export function say(element: Element, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
