// The live connection: offset-framed PCM out, acknowledgements in, and back again after every cut.
import { backoff } from "./backoff";
import type { Unacknowledged } from "./unacknowledged";

const FRAME_MS = 100;
const CATCH_UP = 32_768; // bytes a frame when behind: fewer, larger frames, still within the server's limit
const HEAD = 8; // bytes of offset before the audio
const WAITING = 256 * 1024; // bytes the browser may hold unsent; beyond, a dead network would fill its memory
const DRAIN_MS = 50;
const SILENT_MS = 10_000; // sent and not acknowledged for so long: the connection is dead and does not know it
const TAKEN_OVER = 4409;
const STOPPED_ALREADY = 4410;
/** What no new attempt would change. */
const FINAL = new Set([4400, 4401, 4403, 4404, TAKEN_OVER, STOPPED_ALREADY, 4413]);

/** The server wants what is no longer here. */
export const BYTES_LOST = 0;
/** The server has more than was sent from here: somebody else went on. */
export const OVERTAKEN = 1;

export interface Transcript {
  id: string;
  is_final: boolean;
  text: string;
}

export interface LiveEvents {
  /** Connected or not; `false` also when there is no network at all. */
  connected(yes: boolean): void;
  /** Every byte below is durable. */
  stored(offset: number): void;
  /** The first word of the server: where the recording goes on. */
  begun(offset: number): void;
  stopped(): void;
  /** Over for good, with the close code, or one of our own. */
  ended(code: number): void;
  notice(code: string, message: string): void;
  transcript(words: Transcript): void;
}

type Ready = { type: "ready"; offset: number; sample_rate: number; max_frame: number };

type Message =
  | Ready
  | { type: "ack" | "stopped"; offset: number }
  | { type: "notice"; code: string; message: string }
  | ({ type: "transcript" } & Transcript);

export class LiveLink {
  #socket: WebSocket | null = null;
  #ready = false;
  #begun = false;
  #sent = 0;
  #mostFrame = CATCH_UP;
  #total: number | null = null;
  #stopAsked = false;
  #attempt = 0;
  #again = 0;
  #drain = 0;
  #heard = 0;
  #over = false;
  #paused = false;
  readonly #frame: number;
  readonly #watch: number;
  readonly #online = (): void => this.#reconnect(0);
  readonly #offline = (): void => this.#drop();

  constructor(
    private readonly url: string,
    private readonly rate: number,
    private readonly bytes: Unacknowledged,
    private readonly events: LiveEvents,
  ) {
    this.#frame = Math.round((rate * FRAME_MS) / 1000) * 2;
    this.#watch = window.setInterval(() => this.#checkAlive(), 1000);
    window.addEventListener("online", this.#online);
    window.addEventListener("offline", this.#offline);
    bytes.more = () => this.#pump();
    this.#connect();
  }

  /** There are new bytes. */
  push(): void {
    this.#paused = false;
    this.#pump();
  }

  /** No new bytes for now: also what does not fill a frame is sent. */
  pause(): void {
    this.#paused = true;
    this.#pump();
  }

  /** No more bytes will come; stops when all of them are durable. */
  finish(): void {
    this.#total = this.bytes.end;
    this.#pump();
    if (this.#socket === null) this.#reconnect(0);
  }

  /** More bytes will come after all: the stop was refused. */
  goOn(): void {
    this.#total = null;
    this.#stopAsked = false;
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#watch);
    clearTimeout(this.#again);
    clearTimeout(this.#drain);
    window.removeEventListener("online", this.#online);
    window.removeEventListener("offline", this.#offline);
    this.#socket?.close(1000);
    this.#socket = null;
    this.bytes.cut();
  }

  #connect(): void {
    const socket = new WebSocket(this.#address());
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#heard = performance.now();
    socket.addEventListener("message", (event) => {
      if (socket !== this.#socket || typeof event.data !== "string") return;
      this.#heard = performance.now();
      this.#receive(JSON.parse(event.data) as Message);
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.#socket) this.#lost(event.code, event.reason);
    });
  }

  /** Whoever comes back says how far it sent: where the server has more, somebody else is at it, and stays. */
  #address(): string {
    if (!this.bytes.placed) return this.url;
    const url = new URL(this.url);
    url.searchParams.set("sent", String(this.bytes.sent));
    return url.href;
  }

  #lost(code: number, reason = ""): void {
    this.#socket = null;
    this.#ready = false;
    this.#stopAsked = false;
    if (code === TAKEN_OVER) this.bytes.taken();
    else this.bytes.cut();
    if (this.#over) return;
    this.events.connected(false);
    if (!FINAL.has(code)) {
      this.#reconnect(backoff(this.#attempt++));
      return;
    }
    // The answer to our stop was lost on the way, but the stop was not. With bytes missing it was somebody else's.
    const ours = code === STOPPED_ALREADY && this.#total !== null && this.bytes.stored >= this.bytes.end;
    if (ours) this.#stopped();
    else this.#end(code === TAKEN_OVER && reason === "overtaken" ? OVERTAKEN : code);
  }

  #overtaken(): void {
    this.bytes.taken();
    this.#end(OVERTAKEN);
  }

  #end(code: number): void {
    this.close();
    this.events.ended(code);
  }

  #stopped(): void {
    this.close();
    this.events.stopped();
  }

  #reconnect(after: number): void {
    if (this.#over || this.#ready) return;
    clearTimeout(this.#again);
    this.#again = window.setTimeout(() => {
      if (this.#socket === null) this.#connect();
    }, after);
  }

  #receive(message: Message): void {
    if (message.type === "ready") this.#place(message);
    else if (message.type === "ack" && message.offset > this.bytes.sent) this.#overtaken();
    else if (message.type === "ack") this.#acknowledged(message.offset);
    else if (message.type === "notice") this.events.notice(message.code, message.message);
    else if (message.type === "transcript") this.events.transcript(message);
    else if (message.type === "stopped") {
      this.#acknowledged(message.offset);
      this.#stopped();
    }
  }

  #place({ offset, max_frame, sample_rate }: Ready): void {
    this.bytes.begin(offset);
    if (sample_rate !== this.rate || offset < this.bytes.start) this.#end(BYTES_LOST);
    else if (offset > this.bytes.sent) this.#overtaken();
    else this.#sendFrom(offset, max_frame);
  }

  #sendFrom(offset: number, most: number): void {
    const first = !this.#ready;
    this.#ready = true;
    this.#attempt = 0;
    this.#mostFrame = Math.min(CATCH_UP, most - HEAD) & ~1;
    this.#sent = offset;
    this.#stopAsked = false;
    // Only the first `ready` of a connection speaks of durable bytes; later ones may only ask for a place again.
    if (first) {
      if (!this.#begun) this.events.begun(offset);
      this.#begun = true;
      this.#acknowledged(offset);
      this.events.connected(true);
    }
    this.#pump();
  }

  #acknowledged(offset: number): void {
    this.bytes.release(offset);
    this.#sent = Math.max(this.#sent, offset);
    this.events.stored(offset);
    this.#pump();
  }

  /** Sends what there is room for: whole frames while recording, everything at the end. */
  #pump(): void {
    const socket = this.#socket;
    if (socket === null || !this.#ready || socket.readyState !== WebSocket.OPEN) return;
    clearTimeout(this.#drain);
    while (this.#waiting() > 0 && socket.bufferedAmount < WAITING) {
      const room = this.bytes.room(this.#sent);
      if (room === 0) return; // until the device has noted that it may be sent
      const behind = this.#waiting() > 4 * this.#frame;
      const piece = this.bytes.read(this.#sent, Math.min(this.#mostFrame, room, behind ? CATCH_UP : this.#frame));
      if (piece.length === 0) {
        if (this.bytes.gone) this.#end(BYTES_LOST);
        return; // else it is on its way from the device
      }
      socket.send(framed(this.#sent, piece));
      this.#sent += piece.length;
      this.bytes.handed(this.#sent);
    }
    if (this.#waiting() > 0) this.#drain = window.setTimeout(() => this.#pump(), DRAIN_MS);
    else this.#askToStop(socket);
  }

  #waiting(): number {
    const waiting = this.bytes.end - this.#sent;
    return waiting >= this.#frame || this.#paused || this.#total !== null ? waiting : 0;
  }

  #askToStop(socket: WebSocket): void {
    if (this.#total === null || this.#stopAsked) return;
    this.#stopAsked = true;
    socket.send(JSON.stringify({ type: "stop", offset: this.bytes.end }));
  }

  #checkAlive(): void {
    const owed = !this.#ready || this.#sent > this.bytes.stored || this.#stopAsked;
    if (!owed) this.#heard = performance.now();
    if (performance.now() - this.#heard >= SILENT_MS) this.#drop();
  }

  /** The connection is dead, and its own close event may come only minutes later. */
  #drop(): void {
    if (this.#socket === null) return;
    this.#socket.close();
    this.#lost(1006);
  }
}

function framed(offset: number, piece: Uint8Array): ArrayBuffer {
  const frame = new ArrayBuffer(HEAD + piece.length);
  new DataView(frame).setBigUint64(0, BigInt(offset));
  new Uint8Array(frame, HEAD).set(piece);
  return frame;
}
