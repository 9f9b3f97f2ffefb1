/** The store of express-session with promises, and records in the place of its sessions. */
import type { SessionData, Store } from 'express-session';

/** What lies in the store: a session, or the list of a subject's sessions. */
export interface Stored {
  /** The store does not tell the ids of what it has. */
  readonly key: string;
  readonly endsAt: number;
  readonly value: unknown;
}

type Done<T> = (error?: unknown, value?: T | null) => void;

export class StoredValues {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async get(key: string): Promise<Stored | undefined> {
    const found = await asked<SessionData>((done) => this.#store.get(key, done));
    return storedIn(found);
  }

  async set(key: string, value: unknown, endsAt: number): Promise<void> {
    const maxAge = Math.max(1, endsAt - this.#now());
    const cookie = { originalMaxAge: maxAge, maxAge, expires: new Date(endsAt) };
    const session = {
      cookie,
      key,
      endsAt,
      value: JSON.parse(JSON.stringify(value, withInfinity)) as unknown,
    };
    await asked((done) => this.#store.set(key, session as unknown as SessionData, done));
  }

  async destroy(key: string): Promise<void> {
    await asked((done) => this.#store.destroy(key, done));
  }

  async all(): Promise<readonly Stored[]> {
    const found = await asked<SessionData[] | Record<string, SessionData>>((done) =>
      this.#store.all?.((error, sessions) => done(error, sessions)),
    );
    return Object.values(found ?? []).flatMap((each) => storedIn(each) ?? []);
  }

  async clear(): Promise<void> {
    await asked((done) => this.#store.clear?.(done));
  }
}

/** What has ended the store takes away. */
function storedIn(found: unknown): Stored | undefined {
  const stored = found as Stored | null | undefined;
  return stored === null || stored === undefined ? undefined : { ...stored, value: revived(stored.value) };
}

function asked<T>(ask: (done: Done<T>) => void): Promise<T | null | undefined> {
  return new Promise((resolve, reject) => {
    ask((error, value) => (error === null || error === undefined ? resolve(value) : reject(error)));
  });
}

const INFINITY = '\u0000Infinity';

/** JSON has no infinity. */
function withInfinity(_name: string, value: unknown): unknown {
  return value === Infinity ? INFINITY : value;
}

function revived(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_name, each: unknown) => (each === INFINITY ? Infinity : each));
}
