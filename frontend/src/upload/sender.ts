// One file on its way, by tus: it resumes after a cut, a closed tab, or a dead server.
import { DetailedError, Upload } from "tus-js-client";
import { authorization } from "../common/api";

const RETRIES = [0, 1000, 3000, 5000, 10_000, 20_000]; // ms; started anew by every piece that gets through
const SMALLEST = 1_000_000; // bytes a request at first: proxies commonly refuse a body of more than a megabyte
const LARGEST = 8 << 20; // bytes; a cut costs one piece at most
const TOO_LARGE = 413;
const SPEED_OVER = 5; // s that the speed is averaged over

export interface SenderEvents {
  progress(sent: number, total: number, bytesPerSecond: number): void;
  done(): void;
  /** It cannot go on by itself. `status` 0: no network. */
  stopped(status: number, code: string, message: string): void;
}

export class Sender {
  readonly #upload: Upload;
  #marks: { at: number; sent: number }[] = [];
  #most = LARGEST;

  constructor(
    readonly file: File,
    endpoint: string,
    token: string | null,
    private readonly events: SenderEvents,
  ) {
    this.#upload = new Upload(file, {
      endpoint,
      chunkSize: SMALLEST,
      retryDelays: RETRIES,
      headers: authorization(token),
      metadata: { filename: file.name, filetype: file.type },
      removeFingerprintOnSuccess: true,
      // The same file may be sent to another session: a fingerprint without the session would resume the wrong one.
      fingerprint: async () => ["pitch", endpoint, file.name, file.size, file.lastModified].join("|"),
      onProgress: (sent, total) => events.progress(sent, total ?? file.size, this.#speed(sent)),
      onChunkComplete: (taken) => this.#sendPieces(2 * taken),
      onSuccess: () => events.done(),
      onError: (error) => this.#failed(error),
      onShouldRetry: (error) => this.#tryAgain(error.originalResponse?.getStatus() ?? 0),
    });
  }

  /** Begins, or goes on where an earlier attempt left off. */
  async start(): Promise<void> {
    this.#marks = [];
    const [earlier] = await this.#upload.findPreviousUploads();
    if (earlier !== undefined) this.#upload.resumeFromPreviousUpload(earlier);
    this.#upload.start();
  }

  async hold(): Promise<void> {
    await this.#upload.abort();
  }

  #sendPieces(size: number): void {
    this.#upload.options.chunkSize = Math.max(SMALLEST, Math.min(size, this.#most));
  }

  /** What was refused, or cut off as some proxies do instead, goes in smaller pieces from now on. */
  #tryAgain(status: number): boolean {
    const piece = this.#upload.options.chunkSize ?? SMALLEST;
    if (status === TOO_LARGE || status === 0) this.#most = Math.max(2 * SMALLEST, piece) / 2;
    this.#sendPieces(this.#most);
    return retryable(status) || (status === TOO_LARGE && piece > SMALLEST);
  }

  #failed(error: Error): void {
    const answer = error instanceof DetailedError ? error.originalResponse : null;
    const problem = parsed(answer?.getBody() ?? "");
    this.events.stopped(answer?.getStatus() ?? 0, problem.code ?? "no_network", problem.detail ?? "");
  }

  #speed(sent: number): number {
    const at = performance.now() / 1000;
    this.#marks.push({ at, sent });
    while (this.#marks.length > 2 && at - (this.#marks[0]?.at ?? at) > SPEED_OVER) this.#marks.shift();
    const first = this.#marks[0] ?? { at, sent };
    return at - first.at > 0.5 ? (sent - first.sent) / (at - first.at) : 0;
  }
}

const retryable = (status: number): boolean => status === 0 || status === 409 || status === 423 || status >= 500;

function parsed(body: string): { code?: string; detail?: string } {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
