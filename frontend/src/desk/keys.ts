// The keys of the desk, on the whole page except where somebody types. They are printed on the buttons.

export interface Commands {
  next(): void;
  back(): void;
  toggle(): void;
  seek(seconds: number): void;
  faster(): void;
  mark(): void;
  note(): void;
  select(): void;
  find(): void;
  move(by: 1 | -1): void;
}

export function onDeskKeys(to: Commands): (event: KeyboardEvent) => void {
  const keys: Record<string, () => void> = {
    j: () => to.next(),
    k: () => to.back(),
    s: () => to.faster(),
    m: () => to.mark(),
    n: () => to.note(),
    x: () => to.select(),
    "/": () => to.find(),
    " ": () => to.toggle(),
    ArrowDown: () => to.move(1),
    ArrowUp: () => to.move(-1),
    ArrowLeft: () => to.seek(-5),
    ArrowRight: () => to.seek(5),
  };
  return (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
}

/** Fields keep all of their keys, but for boxes; buttons and boxes their own space bar. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  const box = target.matches("input[type=checkbox]");
  if (!box && target.closest("input, textarea, select") !== null) return true;
  return event.key === " " && (box || target.closest("button, a, summary") !== null);
}
