// What changes while a recording runs: how long it is, and how much of it is where.
import { device } from "../common/device";
import { given, part, say } from "../common/parts";
import { ClockFace } from "./clock-face";
import { Ending } from "./ending";
import { Lamp } from "./lamp";
import type { Take } from "./take";

const SEEN = 0.05; // s; less than that is not worth a word

export class Display {
  readonly lamp: Lamp;
  readonly ending: Ending;
  readonly #face: ClockFace;

  constructor(private readonly root: HTMLElement) {
    this.lamp = new Lamp(root);
    this.ending = new Ending(root);
    this.#face = new ClockFace(root, Number(given(root, "limit")));
  }

  show(take: Take | null, ending: boolean): void {
    const { said = 0, stored = 0, here = 0, saved = false } = take ?? {};
    const where = saved ? `On this ${device()}` : "In this page";
    this.lamp.show(said, stored, saved);
    if (ending) this.ending.show(stored, this.lamp.offline, saved);
    part(this.root, "only-here").hidden = here < SEEN;
    say(part(this.root, "only-here-words"), `${where}, ${here.toFixed(1)}\u00a0s`);
    this.#face.show(said);
  }
}
