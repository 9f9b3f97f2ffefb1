/** What the compiler must accept, refuse and infer. Compiled by the type check; never run. */
import {
  binaryCodec,
  createManager,
  entry,
  isCacheError,
  type BatchOutcome,
  type Cache,
  type CacheErrorIssue,
  type CacheEvents,
  type DeepReadonly,
  type Migration,
  type Schema,
} from '@cache/core';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
const same = <A, B>(holds: Equal<A, B>): void => void holds;

interface User {
  id: string;
  teamId: string;
  roles: string[];
  seen: Date;
  flags: Map<string, { on: boolean }>;
}

declare const users: Cache<User>;
declare const counters: Cache<number>;
declare const userSchema: Schema<User>;
declare const user: User;
const manager = createManager({ providers: [] });

export async function reads(): Promise<void> {
  same<Awaited<ReturnType<typeof users.get>>, User | undefined>(true);
  same<Awaited<ReturnType<typeof users.getMany>>, Map<string, User>>(true);
  const found = await users.getOrSet('k', () => user);
  same<typeof found, User>(true);
  const maybe = await users.getOrSet('k', async () => (Math.random() > 2 ? user : undefined));
  same<typeof maybe, User | undefined>(true);
  const chosen = await users.getOrSet('k', () => entry(user, { ttl: '5m', tags: ['t'] }));
  same<typeof chosen, User>(true);
  const updated = await users.update('k', (current) => ({ ...user, ...current }));
  same<typeof updated, User>(true);
  const unchanged = await users.update('k', (current) => current);
  same<typeof unchanged, User | undefined>(true);
  const swapped = await users.compareAndSet('k', 'v', user);
  same<typeof swapped, string | false>(true);
}

export async function refusals(): Promise<void> {
  // @ts-expect-error a value of another type
  await users.set('k', { id: 1 });
  // @ts-expect-error undefined is never a value
  await users.set('k', undefined);
  // @ts-expect-error a loader of another type
  await users.getOrSet('k', () => 7);
  // @ts-expect-error an updater of another type
  await users.update('k', () => 'x');
  // @ts-expect-error only numbers are counted
  await users.increment('k');
  // @ts-expect-error an unknown option
  await users.set('k', user, { tttl: '5m' });
  // @ts-expect-error a duration without a unit
  await users.set('k', user, { ttl: '5' });
  // @ts-expect-error an unknown event
  users.on('hits', () => {});
  users.on('hit', ({ key }) => same<typeof key, string>(true));
  users.on('load', ({ outcome }) => same<typeof outcome, 'stored' | 'overtaken' | 'missing'>(true));
  same<CacheEvents['evict']['cause'], 'entries' | 'bytes' | 'limit'>(true);
  // @ts-expect-error an unknown option of a cache
  manager.cache<User>('u', { tttl: '5m' });
}

export async function counts(): Promise<void> {
  same<Awaited<ReturnType<typeof counters.get>>, number | undefined>(true);
  const sum = await counters.increment('k', 2, { ttl: '15m' });
  same<typeof sum, number>(true);
}

export async function frozen(): Promise<void> {
  const cache = manager.cache<User>('u', { isolation: 'frozen' });
  const value = await cache.get('k');
  same<typeof value, DeepReadonly<User> | undefined>(true);
  // @ts-expect-error a frozen array has no push
  value?.roles.push('x');
  // @ts-expect-error a frozen member cannot be assigned
  if (value !== undefined) value.id = 'x';
  // @ts-expect-error a frozen map cannot be set
  value?.flags.set('x', { on: true });
  // What comes from a frozen cache may be looked at like the value it is.
  same<NonNullable<typeof value>['roles'], readonly string[]>(true);
  await cache.set('k', user);
}

export async function indexed(): Promise<void> {
  const cache = manager.cache('u', {
    schema: userSchema,
    indexes: { team: (value) => value.teamId, role: (value) => value.roles },
  });
  same<typeof cache, Cache<User, User, 'team' | 'role'>>(true);
  await cache.getByIndex('team', 'x');
  // @ts-expect-error an index that is not declared
  await cache.getByIndex('teams', 'x');
  // @ts-expect-error a limit on an index that is not declared
  await cache.set('k', user, { limit: { index: 'teams', max: 5, onExceeded: 'refuse' } });
  // @ts-expect-error an extractor of something else
  manager.cache('u', { schema: userSchema, indexes: { team: (value) => value.nothing } });
}

export function migrated(): void {
  manager.cache('u', {
    schema: userSchema,
    schemaVersion: 2,
    migrate(old, fromVersion, key) {
      same<typeof old, unknown>(true);
      same<typeof fromVersion, number>(true);
      same<typeof key, string>(true);
      return fromVersion === 0 ? undefined : user;
    },
  });
  const later: Migration<User> = async () => user;
  manager.cache<User>('u', { schemaVersion: 1, migrate: later });
  // @ts-expect-error a value of another form
  manager.cache('u', { schema: userSchema, schemaVersion: 1, migrate: () => ({ id: 1 }) });
  // @ts-expect-error a value of another form, without a schema
  manager.cache<User>('u', { schemaVersion: 1, migrate: () => 'ann' });
  manager.cache<User>('u', { codec: [binaryCodec, binaryCodec] });
}

export async function batches(): Promise<void> {
  const outcomes = await users.getOrSetMany(['a'], (keys) => new Map(keys.map((key) => [key, user])));
  const outcome = outcomes.get('a');
  if (outcome?.status === 'hit' || outcome?.status === 'loaded') same<typeof outcome.value, User>(true);
  if (outcome?.status === 'failed') same<typeof outcome.error, unknown>(true);
  // @ts-expect-error values of another type
  await users.getOrSetMany(['a'], () => new Map([['a', 1]]));
  await users.warm([['a', user]], { ttl: '1h' });
  await users.warm(['a'], (keys) => new Map(keys.map((key) => [key, user])));
  same<Cache<User>, Cache<User, User>>(true);
}

export function errors(error: unknown): void {
  if (isCacheError(error, 'SCHEMA_MISMATCH')) same<typeof error.issues, readonly CacheErrorIssue[]>(true);
  if (isCacheError(error, 'PARTIAL_FAILURE'))
    same<typeof error.outcomes, ReadonlyMap<string, BatchOutcome>>(true);
  if (isCacheError(error, 'UNSUPPORTED')) same<typeof error.trait, string>(true);
  if (isCacheError(error, 'CLOSED')) same<typeof error.code, 'CLOSED'>(true);
  if (isCacheError(error)) {
    same<typeof error.issues, readonly CacheErrorIssue[] | undefined>(true);
    same<typeof error.trait, string | undefined>(true);
  }
  // @ts-expect-error a code that does not exist
  isCacheError(error, 'SCHEMA_MISMATCHED');
}

export function defaults(): void {
  createManager({ providers: [], defaults: { ttl: '1m', codec: undefined } });
  // @ts-expect-error it decides the type of what reads give, so each cache says it
  createManager({ providers: [], defaults: { isolation: 'frozen' } });
}
