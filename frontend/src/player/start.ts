// `?t=71` begins there, and a link to this second is made the same way.

export function startSecond(search: string): number {
  const value = Number(new URLSearchParams(search).get("t"));
  return Number.isFinite(value) && value > 0 ? value : 0;
}

export function linkTo(share: string, second: number): string {
  const url = new URL(share, location.href);
  if (second >= 1) url.searchParams.set("t", String(Math.floor(second)));
  return url.href;
}
