// Pieces as files of the origin private file system: appended to and flushed, so that a power cut loses nothing.
import type { Holder, Piece } from "./shelf";

const PIECE = 1 << 20; // bytes of one file: half a minute at 16 kHz can be let go at a time

interface Handle {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

type Writable = FileSystemFileHandle & { createSyncAccessHandle(): Promise<Handle> };

export class Files implements Holder {
  #open: { start: number; size: number; handle: Handle } | null = null;

  private constructor(
    private readonly all: FileSystemDirectoryHandle,
    private readonly folder: FileSystemDirectoryHandle,
  ) {}

  static async of(session: string): Promise<Files> {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle("recordings", { create: true });
    return new Files(all, await all.getDirectoryHandle(session, { create: true }));
  }

  /** Whether this browser writes such files; some have the folders and not the handles. */
  static async work(): Promise<boolean> {
    try {
      const root = await navigator.storage.getDirectory();
      const name = `probe-${Math.random()}`; // another tab may be trying at the same time
      const file = (await root.getFileHandle(name, { create: true })) as Writable;
      (await file.createSyncAccessHandle()).close();
      await root.removeEntry(name);
      return true;
    } catch {
      return false;
    }
  }

  async pieces(): Promise<Piece[]> {
    const found: Piece[] = [];
    for await (const name of this.folder.keys()) {
      const file = await (await this.folder.getFileHandle(name)).getFile();
      found.push({ start: Number(name), size: file.size });
    }
    return found;
  }

  async write(offset: number, bytes: Uint8Array): Promise<number> {
    let open = this.#open;
    if (open === null || open.start + open.size !== offset || open.size >= PIECE) open = await this.#next(offset);
    try {
      const written = open.handle.write(bytes, { at: open.size });
      if (written < bytes.length) throw new DOMException("The disk is full.", "QuotaExceededError");
      open.handle.flush();
    } catch (error) {
      this.close(); // what got there stays; the next attempt begins a piece of its own
      throw error;
    }
    open.size += bytes.length;
    return open.start;
  }

  async load(piece: Piece): Promise<Blob> {
    if (this.#open?.start === piece.start) this.close(); // a file that grows is not read beside
    return (await this.folder.getFileHandle(named(piece.start))).getFile();
  }

  async drop(piece: Piece): Promise<void> {
    if (this.#open?.start === piece.start) this.close();
    await this.folder.removeEntry(named(piece.start));
  }

  async clear(): Promise<void> {
    this.close();
    await this.all.removeEntry(this.folder.name, { recursive: true });
  }

  close(): void {
    this.#open?.handle.close();
    this.#open = null;
  }

  async #next(offset: number): Promise<{ start: number; size: number; handle: Handle }> {
    this.close();
    const file = (await this.folder.getFileHandle(named(offset), { create: true })) as Writable;
    const handle = await file.createSyncAccessHandle();
    handle.truncate(0); // of an attempt that did not get to its end
    this.#open = { start: offset, size: 0, handle };
    return this.#open;
  }
}

const named = (start: number): string => String(start).padStart(20, "0");
