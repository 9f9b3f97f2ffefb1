/** The story of every operation. What an operation needs beyond a few lines is a feature, in a file of its own. */
import type { Cache, CacheEntry, CallOptions } from './api.ts';
import { deleteMany, getOrSetMany } from './batches.ts';
import { checkCall } from './call-options.ts';
import { count } from './counters.ts';
import { get, getEntry, getOrSet } from './getting.ts';
import { clear, deleteByIndex, deleteByPattern, editIndex, invalidateTags, lookUp, scan } from './groups.ts';
import { checkKey, checkName } from './keyspace.ts';
import type { Lifecycle, Working } from './lifecycle.ts';
import { getMany } from './many-reads.ts';
import { metadataOf } from './metadata.ts';
import type { Observers } from './observing.ts';
import { healthOf, statsOf } from './reports.ts';
import { missed, revealMany, revealTaken } from './revealing.ts';
import { put, putMany, set } from './putting.ts';
import type { AnyUpdater } from './update.ts';
import { warm, type WarmArguments } from './warm.ts';
import { Wrapping } from './wrapping.ts';
import { lifeOf } from './writes.ts';

/** `forget` is called when the cache closes: its name is free again. `above`: those who observe whatever is made here. */
export function createCache<T, R, I extends string>(
  life: Lifecycle,
  forget: () => void,
  above: Observers<Cache<unknown>>,
): Cache<T, R, I> {
  const { name } = life;
  const wrapping = new Wrapping(life, above);
  const namespaces = new Map<string, Cache<T, R, I>>();

  /** What an operation on one key begins with. */
  const begin = async (key: string, options: CallOptions | undefined): Promise<Working> => {
    const working = life.working ?? (await life.work(options));
    checkKey(key);
    checkCall(options);
    return working;
  };

  const cache: Cache<T, R, I> = {
    name,

    get: (key, options) => get(life, key, options) as Promise<R | undefined>,

    async getEntry(key, options) {
      const { opened } = await begin(key, options);
      return (await getEntry(opened, key, options)) as CacheEntry<R> | undefined;
    },

    async getMetadata(key, options) {
      const { opened } = await begin(key, options);
      const entry = await opened.remote.read(opened.engine.read(key), 'getMetadata', key, options);
      return entry === undefined ? undefined : metadataOf(key, entry);
    },

    async has(key, options) {
      const { opened } = await begin(key, options);
      return (await opened.remote.read(opened.engine.read(key), 'has', key, options)) !== undefined;
    },

    set: (key, value, options) => set(life, key, value, options),

    async setIfNotExists(key, value, options) {
      return (await put(life, 'setIfNotExists', key, value, 'absent', options)) !== false;
    },

    async setIfExists(key, value, options) {
      return (await put(life, 'setIfExists', key, value, 'present', options)) !== false;
    },

    async compareAndSet(key, version, value, options) {
      return put(life, 'compareAndSet', key, value, { version }, options);
    },

    async delete(key, options) {
      const { opened } = await begin(key, options);
      const removed = await opened.remote.write(opened.engine.remove(key), 'delete', key, options);
      if (removed && opened.events.active.delete !== undefined) opened.events.emit('delete', { key });
      return removed;
    },

    async getAndDelete(key, options) {
      const { opened } = await begin(key, options);
      const entry = await opened.remote.write(opened.engine.take(key), 'getAndDelete', key, options);
      if (entry === undefined) return missed(opened, key);
      if (opened.events.active.delete !== undefined) opened.events.emit('delete', { key });
      return (await revealTaken(opened, key, entry, options)) as R | undefined;
    },

    async touch(key, ttl, options) {
      const { opened } = await begin(key, options);
      return opened.remote.write(opened.engine.touch(key, lifeOf(opened, ttl, 0)), 'touch', key, options);
    },

    async expire(key, options) {
      const { opened } = await begin(key, options);
      return opened.remote.write(opened.engine.expire(key), 'expire', key, options);
    },

    getOrSet: (key, loader, options) => getOrSet(life, key, loader, options) as Promise<R>,

    async update(key, updater, options) {
      const { updates } = life.working ?? (await life.work(options));
      return (await updates.update(key, updater as AnyUpdater, options)) as R;
    },

    async increment(key, delta = 1, options) {
      const { opened, updates } = life.working ?? (await life.work(options));
      return count(opened, updates, key, delta, options);
    },

    async decrement(key, delta = 1, options) {
      const { opened, updates } = life.working ?? (await life.work(options));
      return count(opened, updates, key, typeof delta === 'number' ? -delta : delta, options);
    },

    async getMany(keys, options) {
      const { opened } = life.working ?? (await life.work(options));
      return getMany<R>(opened, keys, options);
    },

    async setMany(entries, options) {
      await putMany(life, entries, options);
    },

    async deleteMany(keys, options) {
      const { opened } = life.working ?? (await life.work(options));
      return deleteMany(opened, keys, options);
    },

    async getOrSetMany(keys, loadMissing, options) {
      const { loading } = life.working ?? (await life.work(options));
      return getOrSetMany<R>(loading, keys, loadMissing, options);
    },

    async invalidateTags(tags, options) {
      const { opened } = life.working ?? (await life.work(options));
      await invalidateTags(opened, tags, options);
    },

    async getByIndex(index, term, options) {
      const { opened } = life.working ?? (await life.work(options));
      return revealMany(opened, await lookUp(opened, index, term, options), options);
    },

    async deleteByIndex(index, term, options) {
      const { opened } = life.working ?? (await life.work(options));
      return deleteByIndex(opened, index, term, options);
    },

    async addIndex(index, pattern, term, options) {
      const { opened } = life.working ?? (await life.work(options));
      return editIndex(opened, 'add', { index, pattern, term }, options);
    },

    async removeIndex(index, pattern, term, options) {
      const { opened } = life.working ?? (await life.work(options));
      return editIndex(opened, 'remove', { index, pattern, term }, options);
    },

    keys: (pattern = '*', options?: CallOptions) =>
      wrapping.walk([pattern, options], (args) => scanned(life, ...args)),

    async deleteByPattern(pattern, options) {
      const { opened } = life.working ?? (await life.work(options));
      return deleteByPattern(opened, pattern, options);
    },

    async clear(options) {
      const { opened } = life.working ?? (await life.work(options));
      await clear(opened, options);
    },

    namespace(inner) {
      checkName(inner, 'the namespace');
      const known = namespaces.get(inner);
      if (known !== undefined) return known;
      const made = createCache<T, R, I>(
        life.below(inner),
        () => namespaces.delete(inner),
        wrapping.observers,
      );
      for (const each of wrapping.middleware) made.use(each);
      namespaces.set(inner, made);
      return made;
    },

    async warm(...args: unknown[]) {
      return warm(life.working ?? (await life.work()), ...(args as WarmArguments));
    },

    async stats() {
      return statsOf((life.working ?? (await life.work())).opened);
    },

    health: (options) => healthOf(life, options?.signal),
    on: (event, listener) => life.events.on(event, listener),
    use(added) {
      wrapping.use(added);
      for (const inner of namespaces.values()) inner.use(added);
    },

    observe: (observe) => wrapping.observers.add(observe),

    ready: async () => void (await life.open()),
    async close() {
      if (!life.isClosed) forget();
      try {
        await Promise.all([...[...namespaces.values()].map((inner) => inner.close()), life.close()]);
      } finally {
        wrapping.end();
      }
    },

    [Symbol.asyncDispose]: () => cache.close(),
  };

  wrapping.begin(cache);
  return cache;
}

/** The keys of a walk. */
async function* scanned(
  life: Lifecycle,
  pattern: string,
  options: CallOptions | undefined,
): AsyncGenerator<string> {
  const { opened } = life.working ?? (await life.work(options));
  yield* scan(opened, pattern, options);
}
