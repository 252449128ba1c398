// The page's hand in the keeper's thread.
import type { Keeper } from "./keeper";

export type Verb = keyof Keeper;
export type Store = Pick<Keeper, Verb>;

export interface Call {
  id: number;
  verb: Verb;
  values: unknown[];
}

export type Answer = { id: number; value: unknown } | { id: number; name: string; message: string };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: DOMException): void;
}

const PATIENCE = 5_000; // ms; nobody waits longer for a device, least of all somebody who wants to record

/** The keeper's verbs, called from here. Where there is no such thread, or no answer, each of them fails. */
export function openStore(address: string): Store {
  const waiting = new Map<number, Waiting>();
  const worker = new Worker(address);
  let next = 0;
  let broken: DOMException | null = null;
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("name" in data) one?.reject(new DOMException(data.message, data.name));
    else one?.resolve(data.value);
  };
  worker.onerror = () => {
    broken = new DOMException("The keeper did not start.", "NotSupportedError");
    for (const one of waiting.values()) one.reject(broken);
    waiting.clear();
  };
  const call = (verb: Verb, values: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (broken !== null) return reject(broken);
      const id = next++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, verb, values } satisfies Call);
      setTimeout(() => {
        waiting.delete(id);
        reject(new DOMException("The device does not answer.", "TimeoutError"));
      }, PATIENCE);
    });
  const verbs: Verb[] = ["list", "find", "hold", "append", "note", "sound", "read", "leave", "remove"];
  return Object.fromEntries(
    verbs.map((verb) => [verb, (...values: unknown[]) => call(verb, values)]),
  ) as never as Store;
}
