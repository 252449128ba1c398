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
  error?: { code: string; message: string } | null;
}

/** An answer that is not what was asked for; `status` 0: no answer came at all. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
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
  const random = crypto.getRandomValues(new Uint32Array(4)); // randomUUID is for secure addresses only
  const headers = { "Idempotency-Key": random.join("-") };
  await answered(fetch(path, { method: "DELETE", headers, keepalive: true }));
}

async function answered(call: Promise<Response>): Promise<Response> {
  let answer: Response;
  try {
    answer = await call;
  } catch {
    throw new Refused(0, "no_network", "No network.");
  }
  if (answer.ok) return answer;
  const problem: { code?: string; detail?: string } = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, problem.code ?? "http_error", problem.detail ?? "The server refused.");
}
