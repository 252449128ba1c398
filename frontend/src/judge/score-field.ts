// A score on a fine scale: a field with − and +.
import type { Criterion } from "./model";
import type { Control } from "./score-control";

const KEYS: Record<string, number> = { ArrowUp: 1, ArrowDown: -1 };

export class ScoreField implements Control {
  readonly #field = document.createElement("input");
  readonly #buttons: HTMLButtonElement[];

  constructor(
    scale: HTMLElement,
    private readonly criterion: Criterion,
    private readonly given: (value: number | null) => void,
  ) {
    const { min, max, name } = criterion;
    scale.setAttribute("role", "group");
    scale.classList.add("fine");
    Object.assign(this.#field, { type: "text", inputMode: "decimal", autocomplete: "off" });
    this.#field.setAttribute("aria-label", `${name}, from ${min} to ${max}`);
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("keydown", (event) => {
      const by = KEYS[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.#step(by);
    });
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = `${min} to ${max}`;
    const less = this.#button("−", `Less ${name}`, -1);
    const more = this.#button("+", `More ${name}`, 1);
    this.#buttons = [less, more];
    scale.append(less, this.#field, more, hint);
  }

  show(value: number | null): void {
    this.#field.removeAttribute("aria-invalid");
    if (this.#read() !== value) this.#field.value = value === null ? "" : String(value);
  }

  disable(is: boolean): void {
    for (const control of [this.#field, ...this.#buttons]) control.disabled = is;
  }

  /** Null: nothing is typed; NaN: no score of this scale. */
  #read(): number | null {
    const text = this.#field.value.trim().replace(",", ".");
    if (text === "") return null;
    const value = Number(text);
    return value >= this.criterion.min && value <= this.criterion.max ? value : Number.NaN;
  }

  #typed(): void {
    const value = this.#read();
    const wrong = Number.isNaN(value);
    if (wrong) this.#field.setAttribute("aria-invalid", "true");
    else this.given(value);
  }

  #step(by: number): void {
    const { min, max } = this.criterion;
    const value = this.#read();
    const from = value === null || Number.isNaN(value) ? (by > 0 ? min - by : max - by) : value;
    this.given(Math.min(max, Math.max(min, from + by)));
  }

  #button(words: string, label: string, by: number): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = words;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => this.#step(by));
    return button;
  }
}
