import {
  CacheError,
  createManager,
  type Cache,
  type CacheOptions,
  type EngineProvider,
  type Manager,
  type Schema,
} from '@cache/core';
import { fakeClock, gate, intercept, simpleStore, spy } from '@cache/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { binaryCodec } from '../../src/binary-codec.ts';
import type { StoreProvider } from '../../src/provider.ts';
import { referenceEngine } from '../conformance/reference-engine.ts';

const managers: ReturnType<typeof createManager>[] = [];
afterEach(() => Promise.all(managers.splice(0).map((manager) => manager.close())));

function storeOf(holds: 'bytes' | 'values'): StoreProvider {
  const inner = simpleStore();
  return { ...inner, traits: { ...inner.traits, holds } };
}

function opened<T>(
  provider: Parameters<typeof createManager>[0]['providers'][number],
  options: CacheOptions<T>,
) {
  const manager = createManager({ providers: [provider] });
  managers.push(manager);
  return manager.cache<T>('things', options) as Cache<T>;
}

/** A schema that notes what it saw. */
function noting<T>(inner: Schema<T>): { readonly schema: Schema<T>; readonly seen: unknown[] } {
  const seen: unknown[] = [];
  const { validate, ...rest } = inner['~standard'];
  return {
    seen,
    schema: { '~standard': { ...rest, validate: (value) => (seen.push(value), validate(value)) } },
  };
}

const user = z.object({ name: z.string(), age: z.number() });
type User = z.infer<typeof user>;

describe('a schema that refuses its own output', () => {
  const lengths = z.string().transform((text) => text.length) as unknown as Schema;

  test.each(['values', 'bytes'] as const)('is told with the first write, over %s', async (holds) => {
    const cache = opened<unknown>(storeOf(holds), { schema: lengths });
    const reason =
      /^cache 'things': the schema refuses what it made of the value of 'k' \(.*\): let it accept its own output/;
    await expect(cache.set('k', 'four')).rejects.toThrow(TypeError);
    await expect(cache.set('k', 'four')).rejects.toThrow(reason);
    await expect(cache.setIfNotExists('k', 'four')).rejects.toThrow(reason);
    await expect(cache.getOrSet('k', () => 'four')).rejects.toThrow(reason);
    await expect(cache.update('k', () => 'four')).rejects.toThrow(reason);
    expect(await cache.has('k')).toBe(false);
  });

  test('is found by what it accepts, which costs one look more and no other', async () => {
    const { schema, seen } = noting(user as Schema<User>);
    const cache = opened<User>(storeOf('values'), { schema });
    await cache.set('a', { name: 'Ann', age: 1 });
    expect(seen).toHaveLength(2);
    await cache.set('b', { name: 'Bob', age: 2 });
    await cache.get('b');
    expect(seen).toHaveLength(3);
  });

  test('is told though the schema takes its time', async () => {
    const later = z.string().transform(async (text) => Promise.resolve(text.length)) as unknown as Schema;
    await expect(opened<unknown>(storeOf('bytes'), { schema: later }).set('k', 'four')).rejects.toThrow(
      /refuses what it made/,
    );
  });
});

describe('what is read', () => {
  test('is what was stored, and not what the schema would make of it', async () => {
    const excited = z.string().transform((text) => `${text}!`) as unknown as Schema<string>;
    const cache = opened<string>(storeOf('bytes'), { schema: excited });
    await cache.set('k', 'Ann');
    expect(await cache.get('k')).toBe('Ann!');
    expect(await cache.get('k')).toBe('Ann!');
  });

  test('is not looked at again where the provider holds values', async () => {
    const { schema, seen } = noting(user as Schema<User>);
    const provider = storeOf('values');
    const cache = opened<User>(provider, { schema });
    await cache.set('k', { name: 'Ann', age: 1 });
    const before = seen.length;
    await cache.get('k');
    await cache.getEntry('k');
    await cache.getMany(['k']);
    await cache.getOrSet('k', () => ({ name: '', age: 0 }));
    expect(seen).toHaveLength(before);
  });

  test('is shown to the schema frozen where reads share it, and given as it is', async () => {
    const provider = storeOf('bytes');
    const { schema, seen } = noting(user as Schema<User>);
    await opened<User>(provider, {}).set('k', { name: 'Ann', age: 1 });
    const value = await opened<User>(provider, { schema, isolation: 'frozen' }).get('k');
    expect(Object.isFrozen(value)).toBe(true);
    expect(seen).toEqual([value]);
  });

  test('is judged by a schema that throws like bytes that cannot be read', async () => {
    const provider = storeOf('bytes');
    const broken = new Error('no database');
    const schema: Schema<string> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate() {
          throw broken;
        },
      },
    };
    await opened<string>(provider, {}).set('k', 'v');
    const cache = opened<string>(provider, { schema });
    const errors: unknown[] = [];
    cache.on('error', (event) => errors.push(event));
    expect(await cache.get('k')).toBeUndefined();
    expect(errors).toEqual([{ operation: 'schema', key: 'k', error: broken }]);
    await expect(cache.get('k', { onFailure: 'throw' })).rejects.toBe(broken);
    expect(await cache.stats()).toMatchObject({ hits: 0, misses: 1, errors: 1 });
  });

  test('is a miss when it cannot be decoded, told once, also to the loads of an engine that answers at once', async () => {
    const provider = storeOf('bytes');
    await opened<string>(provider, { codec: { ...binaryCodec, id: 'other' } }).set('k', 'v');
    const cache = opened<string>(provider, {});
    const errors: unknown[] = [];
    cache.on('error', ({ operation }) => errors.push(operation));
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.stats()).toMatchObject({ hits: 0, misses: 1, errors: 1 });
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(await cache.stats()).toMatchObject({ hits: 0, misses: 2, errors: 2 });
    expect(errors).toEqual(['decode', 'decode']);
  });
});

describe('an older entry', () => {
  const old = async (provider: StoreProvider): Promise<void> => {
    await opened<string>(provider, {}).set('k', 'Ann');
  };
  const migrate = (name: unknown): User => ({ name: name as string, age: 0 });

  test('is given and stored as what the schema makes of the migrated value', async () => {
    const provider = storeOf('bytes');
    await old(provider);
    const schema = z.object({
      name: z.string().trim(),
      age: z.number().default(18),
    }) as unknown as Schema<User>;
    const options = {
      schemaVersion: 1,
      schema,
      migrate: (name: unknown) => ({ name: `${String(name)} ` }) as User,
    };
    const cache = opened<User>(provider, options);
    const stored = gate();
    cache.on('migrate', () => void stored.pass());
    expect(await cache.get('k')).toEqual({ name: 'Ann', age: 18 });
    await stored.arrivals();
    expect(await opened<User>(provider, { schemaVersion: 1 }).get('k')).toEqual({ name: 'Ann', age: 18 });
  });

  test.each(['copy', 'frozen'] as const)('belongs to migrate, with isolation %s', async (isolation) => {
    const provider = storeOf('bytes');
    await opened<User>(provider, {}).set('k', { name: 'Ann', age: 1 });
    const cache = opened<User>(provider, {
      isolation,
      schemaVersion: 1,
      migrate(given) {
        (given as { name: string }).name = 'Eve';
        return given as User;
      },
    });
    const value = await cache.get('k');
    expect(value).toEqual({ name: 'Eve', age: 1 });
    expect(Object.isFrozen(value)).toBe(isolation === 'frozen');
  });

  test('is not shared between readers with what they are given', async () => {
    const provider = storeOf('bytes');
    await old(provider);
    const cache = opened<User>(provider, { schemaVersion: 1, migrate });
    const [one, other] = await Promise.all([cache.get('k'), cache.get('k')]);
    if (one !== undefined) (one as { name: string }).name = 'spoilt';
    expect(other).toEqual({ name: 'Ann', age: 0 });
    expect(await cache.get('k')).toEqual({ name: 'Ann', age: 0 });
  });

  test('whose migrated value is not of the value model is told as an error', async () => {
    const provider = storeOf('bytes');
    await old(provider);
    const cache = opened<unknown>(provider, { schemaVersion: 1, migrate: () => ({ greet: () => 'hi' }) });
    const errors: unknown[] = [];
    cache.on('error', ({ error }) => errors.push(error));
    expect(await cache.get('k')).toBeUndefined();
    expect(String(errors[0])).toMatch(/value\.greet is a function/);
  });

  test('G13: a caller leaves a migration that never ends, and closing ends it for the others', async () => {
    const provider = storeOf('bytes');
    await old(provider);
    const shared = { ...provider, traits: { ...provider.traits, scope: 'shared' as const } };
    const begun = gate();
    const cache = opened<User>(shared, {
      schemaVersion: 1,
      migrate: () => (void begun.pass(), new Promise<User>(() => {})),
    });
    const controller = new AbortController();
    const leaving = cache.get('k', { signal: controller.signal });
    const staying = cache.get('k');
    const closed = expect(staying).rejects.toMatchObject({ code: 'CLOSED' });
    await begun.arrivals();
    controller.abort('gone');
    await expect(leaving).rejects.toBe('gone');
    await cache.close();
    await closed;
  });

  describe('G10: that does not end is given up with the deadline', () => {
    /** More than a circuit breaker bears with. */
    const KEYS = ['k', ...Array.from({ length: 50 }, (_, n) => `k${n}`)];

    /** A cache over a provider with a deadline, whose migration waits at the door. */
    async function waiting(onFailure: 'open' | 'throw') {
      const inner = storeOf('bytes');
      const provider = { ...inner, traits: { ...inner.traits, scope: 'shared' as const } };
      const clock = fakeClock();
      const [before, manager] = [1, 2].map(() => createManager({ providers: [provider], clock })) as [
        Manager,
        Manager,
      ];
      managers.push(before, manager);
      for (const key of KEYS) await before.cache<string>('things').set(key, 'Ann');
      const door = gate<User>();
      const cache = manager.cache<User>('things', {
        schemaVersion: 1,
        deadline: 500,
        onFailure,
        migrate: async () => door.pass(),
      });
      return { cache, clock, door };
    }

    test('readers miss, and hear of it', async () => {
      const { cache, clock, door } = await waiting('open');
      const errors: unknown[] = [];
      cache.on('error', ({ key, error }) => errors.push(key, (error as CacheError).code));
      const reads = Promise.all([cache.get('k'), cache.get('k')]);
      await door.arrivals();
      await clock.pass(499);
      expect(errors).toEqual([]);
      await clock.pass(1);
      expect(await reads).toEqual([undefined, undefined]);
      expect(errors).toEqual(['k', 'DEADLINE_EXCEEDED', 'k', 'DEADLINE_EXCEEDED']);
      expect(await cache.has('k')).toBe(true);
    });

    test('an update and strict reads reject, and nothing is written', async () => {
      const { cache, clock, door } = await waiting('throw');
      const calls = [cache.get('k'), cache.update('k', () => ({ name: 'Bob', age: 1 }))].map((call) =>
        expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', cache: 'things', key: 'k' }),
      );
      await door.arrivals();
      await clock.pass(500);
      await Promise.all(calls);
      // What comes late is dropped.
      door.open({ name: 'late', age: 0 });
      expect(await cache.get('k')).toEqual({ name: 'late', age: 0 });
    });

    test('the next reader begins anew, and the provider is in no trouble', async () => {
      const { cache, clock, door } = await waiting('open');
      const states: string[] = [];
      cache.on('breaker', ({ state }) => states.push(state));
      const reads = Promise.all(KEYS.map((key) => cache.get(key)));
      await door.arrivals(KEYS.length);
      await clock.pass(500);
      expect(new Set(await reads)).toEqual(new Set([undefined]));
      expect(states).toEqual([]);
      const read = cache.get('k');
      door.open({ name: 'Ann', age: 0 });
      expect(await read).toEqual({ name: 'Ann', age: 0 });
    });
  });

  test('is not written once the cache has closed', async () => {
    const { provider, calls } = spy(referenceEngine('bytes'));
    // An engine that would go on after it was closed.
    const open = intercept(provider, ({ method }, run) => (method === 'close' ? undefined : run()));
    await opened<string>(open, {}).set('k', 'Ann');
    const door = gate<User>();
    const cache = opened<User>(open, { schemaVersion: 1, migrate: () => door.pass() });
    const read = cache.get('k');
    await door.arrivals();
    await cache.close();
    door.open({ name: 'Ann', age: 0 });
    await read.catch(() => undefined);
    expect(calls('write')).toHaveLength(1);
  });

  /** A provider of which payloads can be had, and of entries what `answer` says. */
  const readingAs = (inner: EngineProvider, answer: () => unknown): EngineProvider =>
    intercept(inner, ({ method }, run) => (method === 'read' ? answer() : run()));

  test('that is gone when it is asked for is a miss', async () => {
    const provider = referenceEngine('bytes');
    await opened<string>(provider, {}).set('k', 'Ann');
    const cache = opened<User>(
      readingAs(provider, () => undefined),
      { schemaVersion: 1, migrate },
    );
    const told: unknown[] = [];
    cache.on('invalid', (event) => told.push(event));
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.stats()).toMatchObject({ hits: 0, misses: 1, errors: 0 });
    expect(told).toEqual([]);
  });

  test('that cannot be asked for fails like any read', async () => {
    const provider = referenceEngine('bytes');
    await opened<string>(provider, {}).set('k', 'Ann');
    const away = new CacheError('UNAVAILABLE', 'away');
    const cache = opened<User>(
      readingAs(provider, () => Promise.reject(away)),
      { schemaVersion: 1, migrate },
    );
    expect(await cache.get('k')).toBeUndefined();
    await expect(cache.get('k', { onFailure: 'throw' })).rejects.toBe(away);
  });
});

describe('options', () => {
  const cacheWith = (options: object) => () => opened<unknown>(storeOf('bytes'), options);

  test.each([0, -1, 1.5, 65_536, NaN, '1', null])('schemaVersion %s is refused', (schemaVersion) => {
    expect(cacheWith({ schemaVersion })).toThrow(TypeError);
    expect(cacheWith({ schemaVersion })).toThrow(
      /option schemaVersion: expected a whole number from 1 to 65535/,
    );
  });

  test('migrate needs a schemaVersion, and to be a function', () => {
    expect(cacheWith({ migrate: () => 1 })).toThrow(/option migrate needs the option schemaVersion/);
    expect(cacheWith({ migrate: {}, schemaVersion: 1 })).toThrow(/option migrate: expected a function/);
  });

  test('both belong to one cache, and differ like other options', () => {
    expect(() =>
      createManager({ providers: [storeOf('bytes')], defaults: { schemaVersion: 1 } as object }),
    ).toThrow(/option schemaVersion cannot be a default/);
    const manager = createManager({ providers: [storeOf('bytes')] });
    managers.push(manager);
    const migrate = (): number => 1;
    const cache = manager.cache<number>('c', { schemaVersion: 2, migrate });
    expect(manager.cache<number>('c', { schemaVersion: 2, migrate })).toBe(cache);
    expect(() => manager.cache<number>('c', { schemaVersion: 3, migrate })).toThrow(/schemaVersion differs/);
    expect(() => manager.cache<number>('c', { schemaVersion: 2 })).toThrow(/migrate differs/);
  });

  test('65535 is a version, in two bytes', async () => {
    const provider = storeOf('bytes');
    await opened<string>(provider, { schemaVersion: 65_535 }).set('k', 'v');
    const told: unknown[] = [];
    const older = opened<string>(provider, { schemaVersion: 255 });
    older.on('invalid', (event) => told.push(event));
    expect(await older.get('k')).toBeUndefined();
    expect(told).toEqual([{ key: 'k', reason: 'newer', schemaVersion: 65_535, issues: [] }]);
    expect(await opened<string>(provider, { schemaVersion: 65_535 }).get('k')).toBe('v');
  });
});
