// What is said is written to the device in a thread of its own: the page may be slow, and may die.
import { Keeper } from "./keep/keeper";
import type { Answer, Call } from "./keep/store";

declare const self: { onmessage: (event: MessageEvent<Call>) => void; postMessage(answer: Answer): void };

const keeper = new Keeper();
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }) => {
  last = last.then(() => answer(data)); // one after the other: pieces are written in the order they were said
};

async function answer({ id, verb, values }: Call): Promise<void> {
  try {
    const run = keeper[verb] as (...values: unknown[]) => Promise<unknown>;
    self.postMessage({ id, value: await run.apply(keeper, values) });
  } catch (error) {
    const { name, message } = error instanceof Error || error instanceof DOMException ? error : new Error("Unknown");
    self.postMessage({ id, name, message });
  }
}
