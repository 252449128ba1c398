// Advice by a model: an organizer has it drafted, and accepts, edits or rejects each sentence.
import { getPage, Refused, send } from "../common/api";
import { given, part, say } from "../common/parts";
import { toast } from "../common/toast";
import { pause } from "../common/wait";

const LOOK = 2_000; // ms between looks while it is drafted, which takes a model a minute or so

interface Decision {
  id: string;
  verdict: string;
  text?: string;
}

class PitchAdvice extends HTMLElement {
  readonly #leaving = new AbortController();
  #watching = false;

  connectedCallback(): void {
    delete this.dataset.piece; // it takes over by itself what is new: somebody may be writing in it
    const { signal } = this.#leaving;
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("submit", (event) => this.#submit(event), { signal });
    void this.#watch();
  }

  disconnectedCallback(): void {
    this.#leaving.abort();
  }

  #click(event: MouseEvent): void {
    const button = (event.target as Element).closest("button");
    if (button === null) return;
    const { ask, decide, edit, leave } = button.dataset;
    if (ask !== undefined) void this.#ask(button, ask);
    else if (decide !== undefined) void this.#decide(button, { id: idOf(button), verdict: decide });
    else if (edit !== undefined) this.#edit(button, true);
    else if (leave !== undefined) this.#edit(button, false);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("text") ?? "");
    const button = event.submitter as HTMLButtonElement;
    void this.#decide(button, { id: idOf(form), verdict: "accepted", text });
  }

  #edit(button: HTMLElement, open: boolean): void {
    const line = lineOf(button);
    const form = part<HTMLFormElement>(line, "advice-edit");
    form.hidden = !open;
    part(line, "advice-buttons").hidden = open;
    if (open) form.querySelector("textarea")?.focus();
    else form.reset();
    if (!open) line.querySelector<HTMLElement>("[data-edit]")?.focus();
  }

  async #ask(button: HTMLButtonElement, path: string): Promise<void> {
    button.disabled = true;
    try {
      await send("POST", path);
      await this.#refresh();
      part(this, "advice-head").focus();
      void this.#watch();
    } catch (error) {
      button.disabled = false;
      toast({ words: (error as Error).message });
    }
  }

  async #decide(button: HTMLButtonElement, decision: Decision): Promise<void> {
    button.disabled = true;
    const revision = Number(given(this, "revision"));
    try {
      await send("PATCH", given(this, "review"), { sentences: [decision], revision });
      part<HTMLFormElement>(lineOf(button), "advice-edit").hidden = true;
    } catch (error) {
      button.disabled = false;
      toast({ words: (error as Error).message });
      if (!(error instanceof Refused) || error.code !== "changed_meanwhile") return;
    }
    await this.#refresh().catch(() => {});
    this.querySelector<HTMLElement>(`[data-id="${decision.id}"] button`)?.focus();
  }

  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    while (this.dataset.state === "pending" && !this.#leaving.signal.aborted) {
      await pause(LOOK);
      if (!document.hidden && !this.#leaving.signal.aborted) await this.#refresh().catch(() => {});
    }
    this.#watching = false;
  }

  /** What the server has now; not while somebody writes. */
  async #refresh(): Promise<void> {
    if (this.querySelector("form:not([hidden])") !== null) return;
    const fresh = (await getPage(location.pathname + location.search)).querySelector<HTMLElement>("pitch-advice");
    if (fresh === null || this.querySelector("form:not([hidden])") !== null) return;
    const before = this.dataset.state;
    this.dataset.state = given(fresh, "state");
    this.dataset.revision = given(fresh, "revision");
    const now = part(fresh, "advice");
    if (now.outerHTML !== part(this, "advice").outerHTML) part(this, "advice").replaceWith(now);
    if (before === "pending" && this.dataset.state === "ready") say(part(this, "advice-news"), "The draft is here.");
  }
}

function lineOf(inside: Element): HTMLElement {
  const line = inside.closest<HTMLElement>(".advice-line");
  if (line === null) throw new Error("This stands in no line of advice.");
  return line;
}

function idOf(inside: Element): string {
  return given(lineOf(inside), "id");
}

customElements.define("pitch-advice", PitchAdvice);
