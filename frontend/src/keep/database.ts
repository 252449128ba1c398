// IndexedDB as promises: what is known of recordings, and their bytes where files will not do.

export type Table = "recordings" | "pieces";
type Range = IDBValidKey | IDBKeyRange;

let open: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  open ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open("pitchscoop", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("recordings");
      request.result.createObjectStore("pieces");
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onclose = () => {
        open = null;
      };
      resolve(request.result);
    };
  });
  open.catch(() => {
    open = null;
  });
  return open;
}

async function run<T>(
  table: Table,
  options: { write?: boolean; durability?: IDBTransactionDurability },
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const { write = false, durability = "strict" } = options;
  const transaction = (await database()).transaction(table, write ? "readwrite" : "readonly", { durability });
  return new Promise((resolve, reject) => {
    const request = work(transaction.objectStore(table));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? request.error); // a full disk shows itself here only
  });
}

export const get = <T>(table: Table, key: IDBValidKey): Promise<T | undefined> =>
  run<T | undefined>(table, {}, (store) => store.get(key));

export const all = <T>(table: Table): Promise<T[]> => run<T[]>(table, {}, (store) => store.getAll());

export const keys = (table: Table, range: IDBKeyRange): Promise<IDBValidKey[]> =>
  run(table, {}, (store) => store.getAllKeys(range));

export const drop = (table: Table, range: Range): Promise<undefined> =>
  run(table, { write: true }, (store) => store.delete(range));

/** When it returns, the value outlives a power cut; `relaxed`: only a crash of the browser. */
export const put = (
  table: Table,
  key: IDBValidKey,
  value: unknown,
  durability: IDBTransactionDurability = "strict",
): Promise<IDBValidKey> => run(table, { write: true, durability }, (store) => store.put(value, key));
