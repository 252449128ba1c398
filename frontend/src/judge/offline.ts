// The page itself on this device, so that it opens without a network. Needs HTTPS, or localhost.

export const CACHE = "judging-page"; // the worker's name for it, too

/** Keeps this page as it is now, with all that it has loaded, and has a worker hand it out where there is no network. */
export async function keepPage(worker: string): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(worker, { scope: location.pathname });
    const cache = await caches.open(CACHE);
    const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
    const assets = loaded.filter(({ pathname }) => pathname.startsWith("/assets/")).map(({ pathname }) => pathname);
    await cache.addAll(await lacking(cache, assets));
    const page = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!page.ok || !names(await page.clone().text(), [...assets, ...named(document.documentElement.outerHTML)]))
      return;
    await cache.put(location.pathname, page);
    await dropOthers(cache, new Set([location.pathname, ...assets]));
  } catch {
    // No room, or no network any more: the page opens with one.
  }
}

const named = (page: string): string[] => page.match(/\/assets\/[\w.-]+/g) ?? [];

/** Whether a page names only these: after an update it names what this one never had, and would open with nothing. */
function names(page: string, assets: readonly string[]): boolean {
  return named(page).every((path) => assets.includes(path));
}

/** Names carry a hash of what is in the file, so that what is there is right. */
async function lacking(cache: Cache, paths: readonly string[]): Promise<string[]> {
  const there = await Promise.all(paths.map((path) => cache.match(path)));
  return paths.filter((_, place) => there[place] === undefined);
}

async function dropOthers(cache: Cache, wanted: ReadonlySet<string>): Promise<void> {
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}
