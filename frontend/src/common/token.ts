// The token of one session comes in the address after `#`, which no server and no log ever sees.

/** Takes the token out of the address bar and keeps it for this tab; null: the sign-in cookie has to do. */
export function takeToken(sessionId: string): string | null {
  const key = `token:${sessionId}`;
  const fresh = location.hash.slice(1);
  try {
    if (fresh !== "") sessionStorage.setItem(key, fresh);
  } catch {
    return fresh || null; // Storage is switched off: leave it in the address, or a reload would lose it.
  }
  if (fresh !== "") history.replaceState(history.state, "", location.pathname + location.search);
  return sessionStorage.getItem(key);
}
