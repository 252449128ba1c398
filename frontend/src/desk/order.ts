// Which rows are shown, and in which order: fast enough for ten thousand.
import { folded, type Row } from "./rows";

export type Filter = "all" | "cardless" | "wordless" | "marked" | "absent";
export type Column = "team" | "title" | "length" | "transcript" | "cards" | "time";

export interface View {
  filter: Filter;
  track: string;
  find: string;
  column: Column;
  descending: boolean;
}

export const FILTERS: readonly Filter[] = ["all", "cardless", "wordless", "marked", "absent"];

const READINESS = { failed: 0, none: 1, pending: 2, ready: 3 } as const;
const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

/** What a filter asks beside a row: whether it is marked, and how many cards each pitch is to have. */
export interface Marks {
  marked(id: string): boolean;
  readonly reads: number;
}

export function passes(row: Row, filter: Filter, { marked, reads }: Marks): boolean {
  switch (filter) {
    case "all":
      return true;
    case "absent":
      return row.state === "absent" || row.state === "waiting";
    case "marked":
      return marked(row.id);
    case "cardless":
      return row.state === "completed" && row.cards < reads;
    case "wordless":
      return row.state === "completed" && (row.transcript === "failed" || row.transcript === "none");
  }
}

/** Rows by place in an order, kept until the rows change: comparing names is what takes long. */
export class Order {
  readonly #ranks = new Map<Column, Map<Row, number>>();
  #rows: readonly Row[] = [];

  set rows(rows: readonly Row[]) {
    this.#rows = rows;
    this.#ranks.clear();
  }

  shown(view: View, marks: Marks): Row[] {
    const wanted = folded(view.find.trim());
    const rows = this.#rows.filter(
      (row) =>
        passes(row, view.filter, marks) &&
        (view.track === "" || row.track === view.track) &&
        (wanted === "" || row.words.includes(wanted)),
    );
    const ranks = this.#ranked(view.column);
    const sign = view.descending ? -1 : 1;
    return rows.sort((one, other) => sign * ((ranks.get(one) ?? 0) - (ranks.get(other) ?? 0)));
  }

  count(filter: Filter, marks: Marks): number {
    return this.#rows.reduce((sum, row) => sum + Number(passes(row, filter, marks)), 0);
  }

  #ranked(column: Column): Map<Row, number> {
    let ranks = this.#ranks.get(column);
    if (ranks === undefined) {
      const sorted = [...this.#rows].sort(compare(column));
      ranks = new Map(sorted.map((row, place) => [row, place]));
      this.#ranks.set(column, ranks);
    }
    return ranks;
  }
}

function compare(column: Column): (one: Row, other: Row) => number {
  switch (column) {
    case "team":
      return (one, other) => collator.compare(one.team, other.team) || one.created - other.created;
    case "title":
      return (one, other) => collator.compare(one.title, other.title) || one.created - other.created;
    case "length":
      return (one, other) => (one.duration ?? -1) - (other.duration ?? -1) || one.created - other.created;
    case "transcript":
      return (one, other) => READINESS[one.transcript] - READINESS[other.transcript] || one.created - other.created;
    case "cards":
      return (one, other) => one.cards - other.cards || one.created - other.created;
    case "time":
      return (one, other) => one.created - other.created || collator.compare(other.team, one.team);
  }
}
