// The page of a pitch, for whoever recorded or uploaded it.
import { type Details, getJson } from "./api";

/** Its address here: with the key for whoever may read its details, a member who is signed in or not. */
export function pageOf({ page_url }: Pick<Details, "page_url">): string {
  const { pathname, search } = new URL(page_url, location.origin);
  return pathname + search;
}

/** Goes there. `plain` is its address without a key, where the server tells no other. */
export async function openPage(details: string, token: string | null, plain: string): Promise<void> {
  let page = plain;
  try {
    page = pageOf(await getJson<Details>(details, token));
  } catch {
    // Not ours to look at, perhaps; the page itself will say.
  }
  location.assign(page);
}
