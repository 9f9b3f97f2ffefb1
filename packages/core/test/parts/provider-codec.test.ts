import { binaryCodec, createManager, type Codec, type StoreProvider } from '@cache/core';
import { simpleStore } from '@cache/core/testing';
import { describe, expect, test } from 'vitest';

/** The built-in codec under another name, and what it encoded. */
function codecNamed(id: string): { readonly codec: Codec; readonly encoded: unknown[] } {
  const encoded: unknown[] = [];
  return {
    encoded,
    codec: {
      id,
      encode(value, context) {
        encoded.push(value);
        return binaryCodec.encode(value, context);
      },
      decode: (bytes, context) => binaryCodec.decode(bytes, context),
    },
  };
}

describe("a provider's codec", () => {
  const provider = (codec: Codec | undefined, holds: 'bytes' | 'values'): StoreProvider => {
    const inner: StoreProvider = simpleStore();
    return { ...inner, traits: { ...inner.traits, holds }, codec };
  };

  test('encodes the values of caches that name none', async () => {
    const own = codecNamed('own');
    const cache = createManager({ providers: [provider(own.codec, 'bytes')] }).cache<string>('c');
    await cache.set('k', 'text');
    expect(own.encoded).toEqual(['text']);
    expect(await cache.get('k')).toBe('text');
  });

  test('gives way to that of a cache, and of the defaults of a manager', async () => {
    const own = codecNamed('own');
    const [ofCache, ofDefaults] = [codecNamed('cache'), codecNamed('defaults')];
    const manager = createManager({
      providers: [provider(own.codec, 'bytes')],
      defaults: { codec: ofDefaults.codec },
    });
    await manager.cache<string>('a').set('k', 'default');
    await manager.cache<string>('b', { codec: ofCache.codec }).set('k', 'cache');
    expect([own.encoded, ofDefaults.encoded, ofCache.encoded]).toEqual([[], ['default'], ['cache']]);
  });

  test('has nothing to do where values are held as they are', async () => {
    const own = codecNamed('own');
    const cache = createManager({ providers: [provider(own.codec, 'values')] }).cache<string>('c');
    await cache.set('k', 'text');
    expect(await cache.get('k')).toBe('text');
    expect(own.encoded).toEqual([]);
  });
});
