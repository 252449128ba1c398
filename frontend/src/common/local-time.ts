// An event without a zone shows times in the reader's own; the server wrote them in UTC.

const DATE = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function localiseTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) {
      time.textContent = `${DATE.format(moment).replace(",", "")}, ${HOUR.format(moment)}`;
    }
  }
}

/** `today 16:42`, `yesterday 16:42`, `Sat 14 Nov, 16:42`. */
export function recently(at: number, now = Date.now()): string {
  const day = (moment: number): number => new Date(moment).setHours(0, 0, 0, 0);
  const hour = HOUR.format(at);
  if (day(at) === day(now)) return `today ${hour}`;
  if (day(at) === day(day(now) - 1)) return `yesterday ${hour}`;
  return `${DATE.format(at).replace(",", "")}, ${hour}`;
}
