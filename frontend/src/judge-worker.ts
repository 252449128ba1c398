// Between the judge's page and the network: hands out what the page keeps of itself where no answer comes.
export {};

interface Fetch extends Event {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

declare const self: {
  addEventListener(name: "fetch", run: (event: Fetch) => void): void;
  addEventListener(
    name: "install" | "activate",
    run: (event: Event & { waitUntil(work: Promise<void>): void }) => void,
  ): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
};

const PAGE = "judging-page"; // the page's name for it, too
const PATIENCE = 4_000; // ms; bad networks swallow requests without a word

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (origin === location.origin && pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

/** As the server has it now, if it answers. */
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(PAGE);
  const kept = await cache.match(new URL(request.url).pathname, { ignoreVary: true });
  if (kept === undefined) return fetch(request);
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: giveUp.signal });
    return answer.status >= 500 ? kept : answer; // a proxy speaks for a server that is away
  } catch {
    return kept;
  } finally {
    clearTimeout(timer); // a page that has begun to come may take its time
  }
}

async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(PAGE);
  return (await cache.match(request.url, { ignoreVary: true })) ?? fetch(request);
}
