// The keys of the player, on the whole page except where somebody types.

export interface Commands {
  toggle(): void;
  skip(seconds: number): void;
  faster(by: 1 | -1): void;
  copyLink(): void;
  find(): void;
  showKeys(): void;
}

export function onKeys(commands: Commands): (event: KeyboardEvent) => void {
  return (event) => {
    const run = event.defaultPrevented || isTyping(event) ? undefined : command(event, commands);
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
}

function command(event: KeyboardEvent, to: Commands): (() => void) | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  switch (event.key) {
    case " ":
      return () => to.toggle();
    case "ArrowLeft":
      return () => to.skip(event.shiftKey ? -30 : -5);
    case "ArrowRight":
      return () => to.skip(event.shiftKey ? 30 : 5);
    case "<":
      return () => to.faster(-1);
    case ">":
      return () => to.faster(1);
    case "c":
      return () => to.copyLink();
    case "/":
      return () => to.find();
    case "?":
      return () => to.showKeys();
    default:
      return undefined;
  }
}

/** A button keeps its own space bar, a field all of its keys. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  if (target.closest("dialog[open]") !== null) return true;
  if (target.closest("input, textarea, select, [contenteditable]") !== null) return true;
  return event.key === " " && target.closest("button, a, summary") !== null;
}
