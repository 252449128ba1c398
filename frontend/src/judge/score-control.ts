// One criterion: columns to tap or slide over, or a field where the scale is fine. Keys work as in any radio group.
import { part, say } from "../common/parts";
import type { Criterion } from "./model";
import { anchorWords, shareWords, stepAt, steps } from "./scale";
import { ScoreField } from "./score-field";
import { Slide } from "./slide";

const KEYS: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const LOW = 10; // px; the lowest column
const HIGH = 51;

/** What a scale is worked by. */
export interface Control {
  show(value: number | null): void;
  disable(is: boolean): void;
}

export class ScoreControl {
  readonly element: HTMLElement;
  readonly #control: Control;
  #value: number | null | undefined;

  constructor(
    template: HTMLTemplateElement,
    private readonly criterion: Criterion,
    all: readonly Criterion[],
    given: (value: number | null) => void,
  ) {
    this.element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    const name = part(this.element, "criterion-name");
    name.id = `criterion-${criterion.id}`;
    say(name, criterion.name);
    say(part(this.element, "criterion-share"), shareWords(criterion, all));
    const scale = part(this.element, "scale");
    const anchor = part(this.element, "anchor");
    anchor.id = `anchor-${criterion.id}`;
    scale.setAttribute("aria-labelledby", name.id);
    scale.setAttribute("aria-describedby", anchor.id);
    const columns = steps(criterion);
    this.#control = columns === null ? new ScoreField(scale, criterion, given) : new Columns(scale, columns, given);
  }

  show(value: number | null, closed: boolean): void {
    this.#control.disable(closed);
    if (value === this.#value) return;
    this.#value = value;
    this.element.classList.toggle("scored", value !== null);
    say(part(this.element, "score"), value === null ? "Not scored" : String(value));
    const anchor = part(this.element, "anchor");
    // What is below must not move under the thumb: the words keep the room that longer ones had.
    if (anchor.offsetHeight > 0) anchor.style.minHeight = `${anchor.offsetHeight}px`;
    say(anchor, anchorWords(this.criterion, value));
    this.#control.show(value);
  }
}

class Columns implements Control {
  readonly #inputs: HTMLInputElement[];
  #value: number | null = null;

  constructor(
    scale: HTMLElement,
    private readonly all: readonly number[],
    private readonly given: (value: number | null) => void,
  ) {
    scale.setAttribute("role", "radiogroup");
    this.#inputs = all.map((step, place) => this.#column(scale, step, place));
    scale.addEventListener("click", (event) => this.#click(event));
    scale.addEventListener("change", (event) => this.#give(Number((event.target as HTMLInputElement).value)));
    scale.addEventListener("keydown", (event) => this.#key(event));
    new Slide(scale, {
      over: (share) => this.#paint(stepAt(all, share)),
      left: () => this.#paint(this.#value),
      end: (share) => this.#give(stepAt(all, share)),
    });
  }

  show(value: number | null): void {
    this.#value = value;
    this.#paint(value);
  }

  disable(is: boolean): void {
    for (const input of this.#inputs) input.disabled = is;
  }

  #give(value: number | null): void {
    this.show(value);
    this.given(value);
  }

  /** A tap on the value that is there takes it away. */
  #click({ target }: Event): void {
    if (target instanceof HTMLInputElement && Number(target.value) === this.#value) this.#give(null);
  }

  /** As in any radio group, but from the last step there is no way around to the first. */
  #key(event: KeyboardEvent): void {
    const by = KEYS[event.key];
    const empty = event.key === "Backspace" || event.key === "Delete";
    if ((by === undefined && !empty) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (by === undefined) {
      this.#give(null);
      return;
    }
    const at = this.#inputs.indexOf(event.target as HTMLInputElement) + (this.#value === null ? 0 : by);
    const place = Math.min(this.all.length - 1, Math.max(0, at));
    this.#give(this.all[place] as number);
    this.#inputs[place]?.focus();
  }

  #paint(value: number | null): void {
    for (const input of this.#inputs) {
      const step = Number(input.value);
      input.checked = step === value;
      input.parentElement?.classList.toggle("filled", value !== null && step <= value);
    }
  }

  #column(scale: HTMLElement, step: number, place: number): HTMLInputElement {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "radio";
    input.name = scale.getAttribute("aria-labelledby") ?? "";
    input.value = String(step);
    const bar = document.createElement("i");
    bar.style.height = `${LOW + ((HIGH - LOW) * place) / (this.all.length - 1)}px`;
    const numeral = document.createElement("span");
    numeral.textContent = String(step);
    label.append(input, bar, numeral);
    scale.append(label);
    return input;
  }
}
