// All sessions as they arrive, line by line: what a screen holds is shown before the rest is read.
import { Refused } from "../common/api";
import type { Stage } from "../stage/slots";
import type { Sent, SentTeam } from "./rows";

/** What there is beside the pitches; it comes when all of them are here. */
export interface Around {
  teams: SentTeam[];
  /** Complete ones, by session; those that have none are left out. */
  cards: Record<string, number>;
  stage: Stage;
}

type Line = Sent[] | { position: string } | Around | { end: true } | { error: string };

/** All rows, a few at a time; where the news go on. */
export async function load(
  path: string,
  took: (rows: Sent[]) => void,
  around: (found: Around) => void,
): Promise<string> {
  const answer = await fetch(path, { headers: { Accept: "application/x-ndjson" } }).catch(() => {
    throw new Refused(0, "no_network", "No network.");
  });
  if (!answer.ok || answer.body === null) {
    const { code = "http_error", detail = "The server refused." } = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, String(code), String(detail));
  }
  let position = "";
  let ended = false;
  for await (const text of lines(answer.body)) {
    const line = JSON.parse(text) as Line;
    if (Array.isArray(line)) took(line);
    else if ("position" in line) position = line.position;
    else if ("teams" in line) around(line);
    else if ("error" in line) throw new Refused(503, line.error, "The server could not read all of it.");
    else ended = true;
  }
  if (!ended) throw new Refused(0, "cut", "The list was cut on its way.");
  return position;
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const parts = rest.split("\n");
    rest = done ? "" : (parts.pop() ?? "");
    for (const part of parts) if (part !== "") yield part;
    if (done) return;
  }
}
