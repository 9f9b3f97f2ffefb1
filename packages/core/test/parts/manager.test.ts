import { createManager, isCacheError, type Provider } from '@cache/core';
import { fakeClock, nullProvider, simpleStore } from '@cache/core/testing';
import { expect, test } from 'vitest';

test('the same name is the same cache: without options, or with the same ones', () => {
  const manager = createManager({ providers: [simpleStore()] });
  const team = (user: { team: string }): string => user.team;
  const users = manager.cache<{ team: string }>('users', { ttl: '5m', indexes: { team } });
  expect(manager.cache('users')).toBe(users);
  expect(manager.cache<{ team: string }>('users', { ttl: '5m', indexes: { team } })).toBe(users);
  expect(() => manager.cache('users', { ttl: '6m' })).toThrow(/cache 'users' exists with other options/);
  expect(() =>
    manager.cache<{ team: string }>('users', { ttl: '5m', indexes: { team: (user) => user.team } }),
  ).toThrow(TypeError);
});

test('the same options are the same in other words, and the first that differs is named', () => {
  const manager = createManager({ providers: [simpleStore()], defaults: { loaders: 8 } });
  const made = manager.cache('c', { ttl: '10m', tags: ['a', 'b'] });
  expect(manager.cache('c', { ttl: 600_000, tags: ['a', 'b'] })).toBe(made);
  expect(manager.cache('c', { ttl: '600s', tags: ['a', 'b'], loaders: 8, jitter: undefined })).toBe(made);
  expect(() => manager.cache('c', { ttl: '10m', tags: ['a', 'c'] })).toThrow(/\(tags differs\)/);
  expect(() => manager.cache('c', { ttl: '11m', tags: [] })).toThrow(/\(ttl differs\)/);
  expect(() => manager.cache('c', { ttl: 'soon' as never })).toThrow(/cache 'c': ttl is 'soon'/);
});

test('a provider that is not registered is refused with the package to install', () => {
  const manager = createManager({ providers: [simpleStore()] });
  expect(() => manager.cache('users', { provider: 'redis' })).toThrow(
    /cache 'users': no provider 'redis' is registered \(there is 'simple'\): install its package, such as @cache\/redis/,
  );
  expect(() => createManager({ providers: [simpleStore()], default: 'redis' })).toThrow(
    /createManager: default: no provider 'redis'/,
  );
});

test.each([
  [{ providers: [] }, /option providers: expected at least one provider/],
  [{ providers: [{ name: 'x' }] }, /option providers.0: expected a provider, such as memory\(\)/],
  [{ providers: [simpleStore(), simpleStore()] }, /two providers are named 'simple'/],
  [undefined, /createManager: expected an object, such as \{ providers: \[memory\(\)\] \}/],
  [[simpleStore()], /createManager: expected an object/],
  [{ providers: [simpleStore()], provders: 1 }, /there is no option 'provders'; the options are providers, /],
  [{}, /option providers/],
  [{ providers: [simpleStore()], namespace: '' }, /createManager: namespace is the empty string/],
  [{ providers: [simpleStore()], namespace: '\ud800' }, /namespace has a lone surrogate/],
  [{ providers: [simpleStore()], namespace: 'x'.repeat(600) }, /namespace has 600 bytes/],
  [{ providers: [simpleStore()], namespace: 7 }, /namespace is a number/],
  [{ providers: [simpleStore()], defaults: { ttl: 'soon' } }, /createManager: defaults: ttl is 'soon'/],
  [{ providers: [simpleStore()], defaults: { tll: 1 } }, /createManager: defaults: there is no option 'tll'/],
  [
    { providers: [simpleStore()], defaults: { isolation: 'frozen' } },
    /createManager: defaults: option isolation cannot be a default: it decides the type of what reads give/,
  ],
  [
    { providers: [simpleStore()], defaults: { provider: 'simple' } },
    /option provider cannot be a default: the manager's option `default` names it/,
  ],
])('bad manager options %# are refused by name', (options, reason) => {
  expect(() => createManager(options as never)).toThrow(TypeError);
  expect(() => createManager(options as never)).toThrow(reason);
});

test.each([
  [{ ttl: '5 parsecs' }, /cache 'c': ttl is '5 parsecs': give positive milliseconds/],
  [{ ttl: 0 }, /ttl is 0/],
  [{ ttl: -1 }, /ttl is -1/],
  [{ ttl: NaN }, /ttl is NaN/],
  [{ ttl: Infinity }, /the word for no expiry is 'forever'/],
  [{ jitter: 1.5 }, /option jitter: expected a number from 0 to 1/],
  [{ isolation: 'none' }, /option isolation: expected 'copy' or 'frozen'/],
  [{ loaders: 0 }, /option loaders: expected a whole number from 1/],
  [{ indexes: { team: 'teamId' } }, /option indexes.team: expected a function/],
  [{ indexes: { '': (): string => 'x' } }, /cache 'c': the name of an index is the empty string/],
  [{ indexes: { '\ud800': (): string => 'x' } }, /the name of an index has a lone surrogate/],
  [{ indexes: { ['x'.repeat(600)]: (): string => 'x' } }, /the name of an index has 600 bytes/],
  [{ schema: {} }, /option schema: expected a Standard Schema/],
  [{ codec: {} }, /option codec: expected a codec/],
  [{ maxEntries: 5 }, /there is no option 'maxEntries'; the options are provider, ttl, /],
  [{ provider: simpleStore() }, /option provider: expected the name of a registered provider/],
  [{ ttl: 'never' }, /ttl is 'never': give .* or 'forever'/],
])('bad cache options %j are refused by name, and nothing is made', (options, reason) => {
  const manager = createManager({ providers: [simpleStore()] });
  expect(() => manager.cache('c', options as never)).toThrow(TypeError);
  expect(() => manager.cache('c', options as never)).toThrow(reason);
  expect(() => manager.cache('c')).not.toThrow();
});

test('a trait that the options need and the provider lacks is named when the cache is made', () => {
  const plain = nullProvider();
  const provider: Provider = {
    ...plain,
    name: 'plain',
    traits: { ...plain.traits, indexes: false },
    open: (context) => plain.open(context),
  };
  const manager = createManager({ providers: [provider] });
  try {
    manager.cache<{ team: string }>('users', { indexes: { team: (user) => user.team } });
    expect.unreachable();
  } catch (error) {
    expect(isCacheError(error, 'UNSUPPORTED')).toBe(true);
    expect(error).toMatchObject({ trait: 'indexes', provider: 'plain', cache: 'users' });
  }
});

test('defaults hold for every cache that does not say otherwise', async () => {
  const manager = createManager({ providers: [simpleStore()], defaults: { ttl: '1m', jitter: 0 } });
  const [one, two] = [manager.cache<number>('one'), manager.cache<number>('two', { ttl: '2m' })];
  await Promise.all([one.set('k', 1), two.set('k', 1)]);
  expect(await one.getMetadata('k')).toMatchObject({ ttl: 60_000 });
  expect(await two.getMetadata('k')).toMatchObject({ ttl: 120_000 });
});

test('a member that is undefined leaves the default of the manager standing', async () => {
  const manager = createManager({ providers: [simpleStore()], defaults: { ttl: '1m', jitter: 0 } });
  const cache = manager.cache<number>('c', { ttl: undefined, jitter: undefined, provider: undefined });
  await cache.set('k', 1);
  expect(await cache.getMetadata('k')).toMatchObject({ ttl: 60_000 });
});

test('a namespace of the manager keeps two managers on one provider apart', async () => {
  const provider = simpleStore();
  const [blue, green, none] = ['blue', 'green', undefined].map((namespace) =>
    createManager({ providers: [provider], namespace }).cache<string>('c'),
  );
  await blue?.set('k', 'blue');
  expect(await green?.get('k')).toBeUndefined();
  expect(await none?.get('k')).toBeUndefined();
  expect(
    await createManager({ providers: [provider], namespace: 'blue' })
      .cache('c')
      .get('k'),
  ).toBe('blue');
});

test('jitter shortens each ttl by at most its fraction, and never lengthens one', async () => {
  const draws = [0, 0.5, 1 - 2 ** -53];
  const manager = createManager({
    providers: [simpleStore()],
    clock: fakeClock(),
    random: () => draws.shift() ?? 0,
  });
  const cache = manager.cache<number>('c', { ttl: 1_000, jitter: 0.1 });
  for (const key of ['a', 'b', 'c']) await cache.set(key, 1);
  const ttls = await Promise.all(['a', 'b', 'c'].map(async (key) => (await cache.getMetadata(key))?.ttl));
  expect(ttls).toEqual([1_000, 950, 900]);
});

test('an opening that fails is told to whoever waits, and tried again by the next call', async () => {
  const inner = simpleStore();
  let tries = 0;
  const provider: Provider = {
    ...inner,
    open: async (context) => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return inner.open(context);
    },
  };
  const cache = createManager({ providers: [provider] }).cache<number>('c');
  await expect(cache.ready()).rejects.toThrow('not yet');
  await cache.set('k', 1);
  expect(await cache.get('k')).toBe(1);
  expect(tries).toBe(2);
});

test('health tells of every cache, and after close of none that it is ok', async () => {
  const manager = createManager({ providers: [simpleStore()] });
  const cache = manager.cache('c');
  expect((await manager.health()).get('c')).toMatchObject({ status: 'ok', provider: 'simple', cache: 'c' });
  await manager.close();
  await manager.close();
  expect(await cache.health()).toMatchObject({ status: 'down', error: { code: 'CLOSED' } });
  // Of an empty map every member is ok.
  expect((await manager.health()).get('c')).toMatchObject({ status: 'down', error: { code: 'CLOSED' } });
  expect(() => manager.cache('c')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  await expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'CLOSED' });
});

test('a closed cache or namespace leaves its name free', async () => {
  const manager = createManager({ providers: [simpleStore()] });
  const first = manager.cache<number>('c', { ttl: '1m' });
  const inner = first.namespace('n');
  await inner.close();
  expect(first.namespace('n')).not.toBe(inner);
  await first.close();
  const second = manager.cache<number>('c', { ttl: '2m' });
  expect(second).not.toBe(first);
  await second.set('k', 1);
  expect(await second.get('k')).toBe(1);
  await expect(first.get('k')).rejects.toMatchObject({ code: 'CLOSED' });
});
