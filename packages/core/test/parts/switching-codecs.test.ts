import { binaryCodec, createManager, type Cache, type CacheOptions, type Codec } from '@cache/core';
import { simpleStore } from '@cache/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import type { StoreProvider } from '../../src/provider.ts';

/** The built-in codec under another name. */
const codecNamed = (id: string, rest: Partial<Codec> = {}): Codec => ({ ...binaryCodec, id, ...rest });
const [old, next] = [codecNamed('old'), codecNamed('next')];

const managers: ReturnType<typeof createManager>[] = [];
afterEach(() => Promise.all(managers.splice(0).map((manager) => manager.close())));

function bytesStore(codec?: Codec): StoreProvider {
  const inner = simpleStore();
  return { ...inner, traits: { ...inner.traits, holds: 'bytes' }, codec };
}

/** A process that has been deployed with these options. */
function deployed(provider: StoreProvider, codec: CacheOptions['codec']): Cache<string> {
  const manager = createManager({ providers: [provider] });
  managers.push(manager);
  return manager.cache<string>('users', { codec, onFailure: 'throw' });
}

describe('a live namespace goes from one codec to another', () => {
  // What each deployment of the procedure says, in this order.
  const steps: readonly (readonly Codec[])[] = [[old], [old, next], [next, old], [next]];

  test('in three deployments: at every moment each process reads what all write', async () => {
    const provider = bytesStore(codecNamed('other'));
    for (const [n, step] of steps.entries()) {
      const before = steps[n - 1] ?? step;
      // While it is rolled out, processes of the step before still run.
      const [early, late] = [deployed(provider, before), deployed(provider, step)];
      for (const [writer, reader] of [
        [early, late],
        [late, early],
      ] as const) {
        await writer.set('k', `of step ${n}`);
        expect(await reader.get('k')).toBe(`of step ${n}`);
        expect(await reader.update('k', (text) => `${text}, updated`)).toBe(`of step ${n}, updated`);
        expect(await writer.get('k')).toBe(`of step ${n}, updated`);
      }
    }
  });

  test('and what the first deployments wrote is read until the old codec is taken away', async () => {
    const provider = bytesStore(codecNamed('other'));
    await deployed(provider, old).set('k', 'old');
    expect(await deployed(provider, [old, next]).get('k')).toBe('old');
    expect(await deployed(provider, [next, old]).get('k')).toBe('old');
    await expect(deployed(provider, [next]).get('k')).rejects.toThrow(/codec 'old'.*add it to the list/);
  });

  test('a step left out is told by the codec that is missing', async () => {
    const provider = bytesStore(codecNamed('other'));
    await deployed(provider, [next, old]).set('k', 'new');
    await expect(deployed(provider, [old]).get('k')).rejects.toMatchObject({
      code: 'CODEC_FAILED',
      key: 'k',
      message: expect.stringContaining("'next'") as string,
    });
  });
});

describe('the default of a provider', () => {
  test('is read by a cache that names another codec', async () => {
    const provider = bytesStore(old);
    await deployed(provider, undefined).set('k', 'default');
    expect(await deployed(provider, next).get('k')).toBe('default');
  });

  test('is the built-in codec where the provider names none', async () => {
    const provider = bytesStore();
    await deployed(provider, undefined).set('k', 'default');
    expect(await deployed(provider, next).get('k')).toBe('default');
  });

  test('is not read beside a codec that authenticates, unless the cache names it', async () => {
    const provider = bytesStore(old);
    const sealed = codecNamed('sealed', { authenticates: true });
    await deployed(provider, undefined).set('k', 'anybody could');
    await expect(deployed(provider, sealed).get('k')).rejects.toMatchObject({ code: 'CODEC_FAILED' });
    expect(await deployed(provider, [sealed, old]).get('k')).toBe('anybody could');
  });

  test('is refused at once when frames have no room for its id', () => {
    const provider = bytesStore(codecNamed('an id that is too long'));
    expect(() => deployed(provider, undefined)).toThrow(
      /provider 'simple': option codec: .*the id "an id that/,
    );
  });
});

describe('two openings of one cache', () => {
  /** Opens a cache twice on one manager; whether it was the same one. */
  const isOne = (first: CacheOptions['codec'], second: CacheOptions['codec']): boolean => {
    const manager = createManager({ providers: [bytesStore()] });
    managers.push(manager);
    const cache = manager.cache<string>('users', { codec: first });
    return manager.cache<string>('users', { codec: second }) === cache;
  };

  test('are one cache where they name the same codecs', () => {
    expect(isOne(old, old)).toBe(true);
    expect(isOne(old, [old])).toBe(true);
    expect(isOne([old, next], [old, next])).toBe(true);
  });

  test.each([
    ['another codec', old, next],
    ['no codec', old, undefined],
    ['one codec more', old, [old, next]],
    ['another one first', [old, next], [next, old]],
  ])('differ by %s', (_, first, second) => {
    expect(() => isOne(first, second)).toThrow(/other options \(codec differs\)/);
  });
});
