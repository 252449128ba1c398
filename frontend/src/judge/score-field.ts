// A score on a fine scale: a field with − and +.
import { say } from "../common/parts";
import type { Criterion } from "./model";
import type { Control } from "./score-control";

const KEYS: Record<string, number> = { ArrowUp: 1, ArrowDown: -1 };

export class ScoreField implements Control {
  readonly #field = document.createElement("input");
  readonly #hint = document.createElement("span");
  readonly #buttons: HTMLButtonElement[];
  #kept: number | null = null; // the score that is given, whatever is typed

  constructor(
    scale: HTMLElement,
    private readonly criterion: Criterion,
    private readonly given: (value: number | null) => void,
  ) {
    const { id, min, max, name } = criterion;
    scale.setAttribute("role", "group");
    scale.classList.add("fine");
    Object.assign(this.#field, { type: "text", inputMode: "decimal", autocomplete: "off" });
    this.#field.setAttribute("aria-label", `${name}, from ${min} to ${max}`);
    this.#field.setAttribute("aria-describedby", `range-${id}`);
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("blur", () => this.#left());
    this.#field.addEventListener("keydown", (event) => {
      const by = KEYS[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.#step(by);
    });
    Object.assign(this.#hint, { id: `range-${id}`, className: "hint" });
    this.#hint.setAttribute("role", "status");
    this.#tell(false);
    const less = this.#button("−", `Less ${name}`, -1);
    const more = this.#button("+", `More ${name}`, 1);
    this.#buttons = [less, more];
    scale.append(less, this.#field, more, this.#hint);
  }

  /** What was typed here is left as it stands, `72,5` or half of a number. */
  show(value: number | null): void {
    if (value === this.#kept) return;
    this.#kept = value;
    this.#tell(false);
    this.#restore();
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
    this.#tell(wrong);
    if (wrong || value === this.#kept) return;
    this.#kept = value;
    this.given(value);
  }

  /** What is no score does not stay there as if it were one; the hint still says so. */
  #left(): void {
    if (!Number.isNaN(this.#read())) return;
    this.#field.removeAttribute("aria-invalid");
    this.#restore();
  }

  #restore(): void {
    this.#field.value = this.#kept === null ? "" : String(this.#kept);
  }

  #tell(wrong: boolean): void {
    const range = `${this.criterion.min} to ${this.criterion.max}`;
    if (wrong) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
    say(this.#hint, wrong ? `Give ${range}; ${this.#kept ?? "nothing"} is kept` : range);
  }

  #step(by: number): void {
    const { min, max } = this.criterion;
    const value = this.#read();
    const from = value === null || Number.isNaN(value) ? (by > 0 ? min - by : max - by) : value;
    const next = Math.min(max, Math.max(min, from + by));
    this.show(next);
    this.given(next);
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
