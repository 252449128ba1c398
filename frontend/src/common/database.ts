// IndexedDB as promises.

type Range = IDBValidKey | IDBKeyRange;

export interface Database<Table extends string> {
  get<T>(table: Table, key: IDBValidKey): Promise<T | undefined>;
  all<T>(table: Table, range?: IDBKeyRange): Promise<T[]>;
  keys(table: Table, range: IDBKeyRange): Promise<IDBValidKey[]>;
  drop(table: Table, range: Range): Promise<undefined>;
  /** When it returns, the value outlives a power cut; `relaxed`: only a crash of the browser. */
  put(table: Table, key: IDBValidKey, value: unknown, durability?: IDBTransactionDurability): Promise<IDBValidKey>;
  /** Puts in its place what is made of it; no other page comes between. */
  change<T>(table: Table, key: IDBValidKey, decide: (before: T | undefined) => T): Promise<T>;
}

/** The database of this name. Its tables hold any values, under keys that are given beside them. */
export function database<Table extends string>(name: string, tables: readonly Table[]): Database<Table> {
  const opened = opener(name, tables);

  async function transaction(table: Table, mode: IDBTransactionMode, durability: IDBTransactionDurability) {
    return (await opened()).transaction(table, mode, { durability });
  }

  async function run<T>(
    table: Table,
    options: { write?: boolean; durability?: IDBTransactionDurability },
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const { write = false, durability = "strict" } = options;
    const running = await transaction(table, write ? "readwrite" : "readonly", durability);
    return new Promise((resolve, reject) => {
      const request = work(running.objectStore(table));
      ended(running, () => resolve(request.result), reject);
      running.commit(); // at once: the page may be gone before it has heard that the request succeeded
    });
  }

  async function change<T>(table: Table, key: IDBValidKey, decide: (before: T | undefined) => T): Promise<T> {
    const running = await transaction(table, "readwrite", "strict");
    return new Promise((resolve, reject) => {
      const store = running.objectStore(table);
      const found: IDBRequest<T | undefined> = store.get(key);
      let after: T;
      found.onsuccess = () => {
        after = decide(found.result);
        store.put(after, key);
        running.commit();
      };
      ended(running, () => resolve(after), reject);
    });
  }

  return {
    get: (table, key) => run(table, {}, (store) => store.get(key)),
    all: (table, range) => run(table, {}, (store) => store.getAll(range)),
    keys: (table, range) => run(table, {}, (store) => store.getAllKeys(range)),
    drop: (table, range) => run(table, { write: true }, (store) => store.delete(range)),
    put: (table, key, value, durability = "strict") =>
      run(table, { write: true, durability }, (store) => store.put(value, key)),
    change,
  };
}

function ended(transaction: IDBTransaction, done: () => void, failed: (error: DOMException | null) => void): void {
  transaction.oncomplete = done;
  transaction.onabort = () => failed(transaction.error); // a full disk shows itself here only
}

/** Opens it when it is first needed, and again where the browser has closed it. */
function opener(name: string, tables: readonly string[]): () => Promise<IDBDatabase> {
  let open: Promise<IDBDatabase> | null = null;
  const forget = (): void => {
    open = null;
  };
  return () => {
    open ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        for (const table of tables) request.result.createObjectStore(table);
      };
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        request.result.onclose = forget;
        resolve(request.result);
      };
    });
    open.catch(forget);
    return open;
  };
}
