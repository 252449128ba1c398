// What is known of a recording on this device. Its bytes lie beside it, in pieces named by the offset of their first.

export interface Kept {
  session: string;
  team: string;
  title: string;
  token: string | null;
  /** Paths on our own origin: the live address, the session's details, the pitch's page, the recorder's page. */
  live: string;
  details: string;
  page: string;
  recorder: string;
  rate: number;
  limit: number;
  /** When it began; ms since 1970. */
  began: number;
  /** Where its first byte belongs in the session's recording; null until the server said. */
  base: number | null;
  /** Everything below is known to be durable on the server. */
  stored: number;
  /** Nothing from here on was sent to the server: what it has of that was said by somebody else. */
  sent: number;
  /** Stop was pressed. */
  stopped: boolean;
}

/** Bytes `[from, to)` of it are here, counted from its own first byte. */
export interface Found extends Kept {
  from: number;
  to: number;
}

/** Where what is here begins and ends in the session's recording, in bytes. */
export const startOf = ({ base, from }: Found): number => (base ?? 0) + from;
export const endOf = ({ base, to }: Found): number => (base ?? 0) + to;

export const seconds = (bytes: number, rate: number): number => bytes / 2 / rate;
