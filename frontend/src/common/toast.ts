// One sentence at the bottom, with at most one action. Never the only place where something is said.

const PLAIN = 4_000; // ms
const WITH_ACTION = 10_000; // ms, longer while hovered or focused

export interface Toast {
  words: string;
  action?: { label: string; run: () => void };
  /** Called when it goes by itself, not after its action. */
  gone?: () => void;
}

/** Shows a sentence; what is returned ends it at once, as if its time were over. */
export function toast({ words, action, gone }: Toast): () => void {
  const box = document.createElement("div");
  box.className = "toast";
  const sentence = document.createElement("span");
  sentence.textContent = words;
  box.append(sentence);
  let open = true;
  let timer = 0;
  const close = (acted: boolean): void => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    box.remove();
    if (!acted) gone?.();
  };
  if (action !== undefined) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      close(true);
      action.run();
    });
    box.append(button);
  }
  const start = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => close(false), action === undefined ? PLAIN : WITH_ACTION);
  };
  const hold = (): void => clearTimeout(timer);
  for (const event of ["mouseenter", "focusin"]) box.addEventListener(event, hold);
  for (const event of ["mouseleave", "focusout"]) box.addEventListener(event, start);
  document.getElementById("toasts")?.append(box);
  start();
  return () => close(false);
}
