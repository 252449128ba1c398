// `?t=71` begins there, and a link to this second is made the same way.

/** The second where somebody would begin to listen: who has heard it all, or just began, means the whole. */
export function moment(second: number, length: number): number {
  const nearEnd = length > 0 && second > length - 2;
  return Number.isFinite(second) && second >= 1 && !nearEnd ? second : 0;
}

export function startSecond(search: string, length: number): number {
  return moment(Number(new URLSearchParams(search).get("t")), length);
}

export function linkTo(share: string, second: number): string {
  const url = new URL(share, location.href);
  if (second > 0) url.searchParams.set("t", String(Math.floor(second)));
  return url.href;
}
