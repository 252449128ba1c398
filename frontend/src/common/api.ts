// Calls to our own server.

/** What a session's details hold of what pages need. */
export interface Details {
  status: "recording" | "processing" | "completed" | "failed";
  source?: "live" | "upload" | null;
  playback_url: string | null;
  audio_duration?: number | null;
  peaks_url?: string | null;
  download_url?: string | null;
  download_size?: number | null;
  original_url?: string | null;
  audio_size?: number;
  /** What tells whether there is something new to read. */
  transcript?: unknown;
  error?: { code: string; message: string } | null;
}

/** An answer that is not what was asked for; `status` 0: no answer came at all. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** All of the answer: some refusals say more than a sentence. */
    readonly problem: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export function authorization(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

export async function getJson<T>(path: string, token: string | null = null): Promise<T> {
  const answer = await answered(fetch(path, { headers: { Accept: "application/json", ...authorization(token) } }));
  return (await answer.json()) as T;
}

/** Deletes, also while the page is being left. */
export async function remove(path: string): Promise<void> {
  await answered(fetch(path, { method: "DELETE", headers: once(), keepalive: true }));
}

export async function send(method: "POST" | "PUT" | "PATCH", path: string, body: unknown = {}): Promise<void> {
  const headers = { ...once(), Accept: "application/json", "Content-Type": "application/json" };
  await answered(fetch(path, { method, headers, body: JSON.stringify(body) }));
}

/** A page of ours, to be looked into. */
export async function getPage(path: string): Promise<Document> {
  const answer = await answered(fetch(path, { headers: { Accept: "text/html" } }));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function once(): Record<string, string> {
  const random = crypto.getRandomValues(new Uint32Array(4)); // randomUUID is for secure addresses only
  return { "Idempotency-Key": random.join("-") };
}

async function answered(call: Promise<Response>): Promise<Response> {
  let answer: Response;
  try {
    answer = await call;
  } catch {
    throw new Refused(0, "no_network", "No network.");
  }
  if (answer.ok) return answer;
  const problem: Record<string, unknown> = await answer.json().catch(() => ({}));
  const { code = "http_error", detail = "The server refused." } = problem;
  throw new Refused(answer.status, String(code), String(detail), problem);
}
