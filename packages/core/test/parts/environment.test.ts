import { binaryCodec, createManager, fromEnvironment } from '@cache/core';
import { simpleStore } from '@cache/core/testing';
import { expect, test } from 'vitest';

test('what is not set, or empty, is left to the defaults', () => {
  expect(fromEnvironment({})).toEqual({});
  expect(fromEnvironment({ CACHE_DEFAULT_TTL: '', CACHE_NAMESPACE: ' ' })).toEqual({});
});

test('every variable reaches the option it stands for', () => {
  const variables = {
    CACHE_PROVIDER: 'simple',
    CACHE_NAMESPACE: 'staging',
    CACHE_DEFAULT_TTL: '5m',
    CACHE_DEFAULT_JITTER: '0',
    CACHE_CODEC: 'core1',
  };
  expect(fromEnvironment(variables, { codecs: [binaryCodec] })).toEqual({
    default: 'simple',
    namespace: 'staging',
    defaults: { ttl: '5m', jitter: 0, codec: binaryCodec },
  });
  expect(fromEnvironment({ CACHE_DEFAULT_TTL: '1500' })).toEqual({ defaults: { ttl: 1_500 } });
});

test('CACHE_CODEC names one codec, or several of which the first writes', () => {
  const codecs = [binaryCodec, { ...binaryCodec, id: 'next' }];
  expect(fromEnvironment({ CACHE_CODEC: ' next , core1' }, { codecs })).toEqual({
    defaults: { codec: [codecs[1], codecs[0]] },
  });
});

test('what the environment says counts before the defaults of the program, which hold for the rest', () => {
  const defaults = { ttl: '1h', loaders: 8, tags: ['all'] } as const;
  expect(fromEnvironment({ CACHE_DEFAULT_TTL: '5m', CACHE_DEFAULT_JITTER: '0' }, { defaults })).toEqual({
    defaults: { ttl: '5m', jitter: 0, loaders: 8, tags: ['all'] },
  });
  expect(fromEnvironment({}, { defaults })).toEqual({ defaults });
  expect(defaults).toEqual({ ttl: '1h', loaders: 8, tags: ['all'] });
});

test('a manager made from the environment uses it', async () => {
  const manager = createManager({
    providers: [simpleStore()],
    ...fromEnvironment({ CACHE_PROVIDER: 'simple', CACHE_DEFAULT_TTL: '30s', CACHE_DEFAULT_JITTER: '0' }),
  });
  const cache = manager.cache<number>('numbers');
  await cache.set('k', 1);
  expect(await cache.getMetadata('k')).toMatchObject({ ttl: 30_000 });
});

test.each([
  [{ CACHE_DEFAULT_TTL: 'soon' }, /CACHE_DEFAULT_TTL.*'soon'.*give positive/],
  [{ CACHE_DEFAULT_TTL: '0' }, /CACHE_DEFAULT_TTL/],
  [{ CACHE_DEFAULT_JITTER: 'much' }, /CACHE_DEFAULT_JITTER.*from 0 to 1/],
  [{ CACHE_CODEC: 'gob' }, /CACHE_CODEC names 'gob'.*install its package/],
  [{ CACHE_CODEC: 'core1,' }, /CACHE_CODEC names ''.*are 'core1'/],
  [{ CACHE_CODEC: 'core1,core1' }, /CACHE_CODEC: .*two codecs have the id 'core1'/],
  [{ CACHE_NAMESPACE: 'x'.repeat(600) }, /CACHE_NAMESPACE has 600 bytes/],
])('a bad value %j is refused by the name of its variable', (variables, reason) => {
  expect(() => fromEnvironment(variables, { codecs: [binaryCodec] })).toThrow(TypeError);
  expect(() => fromEnvironment(variables, { codecs: [binaryCodec] })).toThrow(reason);
});
