// Calls to our own server.

/** What a session's details hold of what pages need. */
export interface Details {
  status: "recording" | "processing" | "completed" | "failed";
  source?: "live" | "upload" | null;
  playback_url: string | null;
  /** For whoever holds this link. */
  page_url: string;
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

const FOREIGN = "http_error";

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

  /** Not in our words: it comes from whoever stands between, and says nothing of what was asked. */
  get isForeign(): boolean {
    return this.code === FOREIGN;
  }
}

export function authorization(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

export async function getJson<T>(path: string, token: string | null = null): Promise<T> {
  return read(await answered(fetch(path, { headers: { Accept: "application/json", ...authorization(token) } })));
}

/** Deletes, also while the page is being left. */
export async function remove(path: string): Promise<void> {
  await answered(fetch(path, { method: "DELETE", headers: once(), keepalive: true }));
}

export async function send(method: "POST" | "PUT" | "PATCH", path: string, body: unknown = {}): Promise<void> {
  await answered(fetch(path, written(method, body)));
}

/** Puts, and returns what there is now. No answer after so many milliseconds is none. */
export async function put<T>(path: string, body: unknown, patience: number): Promise<T> {
  return read(await answered(fetch(path, { ...written("PUT", body), signal: AbortSignal.timeout(patience) })));
}

/** Posts a file, and returns what is made of it. No answer after so many milliseconds is none. */
export async function post<T>(path: string, body: Blob, patience: number): Promise<T> {
  const headers = { Accept: "application/json", "Content-Type": body.type };
  return read(await answered(fetch(path, { method: "POST", headers, body, signal: AbortSignal.timeout(patience) })));
}

/** What is cut short, or comes from whoever guards a network, is no answer of ours. */
async function read<T>(answer: Response): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch {
    throw new Refused(0, "no_answer", "The answer was cut short.");
  }
}

function written(method: "POST" | "PUT" | "PATCH", body: unknown): RequestInit {
  const headers = { ...once(), Accept: "application/json", "Content-Type": "application/json" };
  return { method, headers, body: JSON.stringify(body) };
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
  const { code = FOREIGN, detail = "The server refused." } = problem;
  throw new Refused(answer.status, String(code), String(detail), problem);
}
