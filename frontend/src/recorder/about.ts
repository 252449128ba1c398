import { given } from "../common/parts";
import type { Kept } from "../keep/kept";

/** What the page knows of its session, as the device must know it when this page is gone. */
export function about(root: HTMLElement, token: string | null): Kept {
  return {
    session: given(root, "session"),
    team: given(root, "name"),
    title: given(root, "title"),
    token,
    live: given(root, "live"),
    details: given(root, "details"),
    page: given(root, "page"),
    recorder: location.pathname,
    rate: Number(given(root, "rate")),
    limit: Number(given(root, "limit")),
    began: Date.now(),
    base: null,
    stored: 0,
    sent: 0,
    stopped: false,
  };
}
