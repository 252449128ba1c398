// One sound at a time, in this page and in its neighbours.

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("one-sound");
const sounds = new Set<HTMLAudioElement>();

export function oneSound(audio: HTMLAudioElement): void {
  sounds.add(audio);
  audio.addEventListener("play", () => {
    for (const other of sounds) if (other !== audio) other.pause();
    channel?.postMessage("play");
  });
}

/** Everything is silent: somebody speaks. */
export function quiet(): void {
  for (const audio of sounds) audio.pause();
}

channel?.addEventListener("message", quiet);
