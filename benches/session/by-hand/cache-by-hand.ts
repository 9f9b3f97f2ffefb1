/** What the session manager asks of its cache, by hand: on a store of express-session, with locks. */
import {
  CacheError,
  LoadedEntry,
  type Cache,
  type CacheOptions,
  type Clock,
  type Manager,
} from '@cache/core';
import type { Store } from 'express-session';
import type { Locks } from './locks.ts';
import { LimitExceeded, SessionTable, type Change, type Limit } from './session-table.ts';
import { StoredValues } from './stored-values.ts';

type Listener = (payload: unknown) => void;
type Record_ = object;
type Options = CacheOptions<Record_>;

/** Stands for a manager of caches whose one cache is made here. */
export function managerByHand(store: Store, locks: Locks, clock: Clock): Manager {
  const cache = (name: string, options: Options): unknown => cacheByHand(name, store, locks, clock, options);
  return { cache } as unknown as Manager;
}

function cacheByHand(
  name: string,
  store: Store,
  locks: Locks,
  clock: Clock,
  options: Options,
): Partial<Cache<Record_>> {
  const listeners = new Map<string, Set<Listener>>();
  const tell = (event: string, payload: unknown): void => {
    for (const listener of listeners.get(event) ?? []) listener(payload);
  };
  const now = (): number => clock.now();
  const table = new SessionTable<Record_>({
    name,
    values: new StoredValues(store, now),
    locks,
    now,
    evicted: (id) => tell('evict', { key: id, cause: 'limit' }),
    listsOf: (record, id) =>
      Object.entries(options.indexes ?? {}).flatMap(([index, termsOf]) =>
        [termsOf(record, id) ?? []].flat().map((term) => `${index}:${term}`),
      ),
    async isRecord(value, id) {
      const verdict = await options.schema?.['~standard'].validate(value);
      if (verdict === undefined || verdict.issues === undefined)
        return frozen((verdict?.value ?? value) as Record_);
      tell('invalid', { key: id });
      return undefined;
    },
  });
  /** A record that its schema refuses must not be stored. */
  const checked = async (record: Record_): Promise<Record_> => {
    const verdict = await options.schema?.['~standard'].validate(record);
    if (verdict?.issues === undefined) return verdict?.value ?? record;
    throw new TypeError(verdict.issues.map(({ message }) => message).join('; '));
  };
  return {
    async get(id) {
      return table.find(id);
    },
    async getMany(ids) {
      const found = new Map<string, Record_>();
      for (const id of ids) {
        const record = await table.find(id);
        if (record !== undefined) found.set(id, record);
      }
      return found;
    },
    async *keys() {
      yield* await table.ids();
    },
    async setIfNotExists(id, record, { ttl, limit } = {}) {
      try {
        return await table.insert(id, await checked(record), Number(ttl), limit && seats(limit, record, id));
      } catch (error) {
        if (error instanceof LimitExceeded) throw new CacheError('LIMIT_EXCEEDED', error.message);
        throw error;
      }
    },
    async set(id, record, { ttl } = {}) {
      await table.put(id, await checked(record), Number(ttl));
      return { version: '' };
    },
    async update(id, updater, { ttl } = {}) {
      const next = async (current: Record_ | undefined): Promise<Change<Record_> | undefined> => {
        const made: unknown = await updater(current && structuredClone(current), { key: id, attempt: 1 });
        if (made === undefined) return undefined;
        const chosen = made instanceof LoadedEntry ? made : { value: made, options: { ttl } };
        const life = chosen.options.ttl;
        return {
          record: await checked(chosen.value as Record_),
          life: life === undefined ? undefined : Number(life),
        };
      };
      return (await table.update(id, next)) as never;
    },
    async delete(id) {
      return (await table.remove(id)) !== undefined;
    },
    getAndDelete: (id) => table.remove(id),
    getByIndex: async (index, term) => new Map(await table.onList(`${index}:${term}`)),
    deleteByIndex: (index, term) => table.removeList(`${index}:${term}`),
    clear: () => table.clear(),
    on(event, listener) {
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener as Listener));
      return () => void known.delete(listener as Listener);
    },
    ready: async () => undefined,
    close: async () => undefined,
  };

  function seats(
    { index, max, onExceeded }: { index: string; max: number; onExceeded: Limit['onExceeded'] },
    record: Record_,
    id: string,
  ): Limit {
    const term = options.indexes?.[index]?.(record, id);
    return { list: `${index}:${String(term)}`, max, onExceeded };
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
