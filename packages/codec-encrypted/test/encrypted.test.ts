import type * as Crypto from 'node:crypto';
import { binaryCodec, type Codec } from '@cache/core';
import { compressed } from '@cache/codec-compressed';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encrypted } from '../src/index.ts';
import { codecWith, context, expectFailure, keyNamed, rawCodec } from './cases.ts';

const keys = [keyNamed('k')];

describe('the codec', () => {
  it('tells of the inner one by its id, and checks when that one does', () => {
    expect(encrypted(binaryCodec, { keys })).toMatchObject({
      id: 'aes(core1)',
      checks: true,
      authenticates: true,
    });
    expect(compressed(encrypted(binaryCodec, { keys })).authenticates).toBe(true);
    expect(encrypted(rawCodec(), { keys })).toMatchObject({ id: 'aes(raw)', checks: undefined });
    expect(encrypted({ ...rawCodec(), id: 'x'.repeat(11) }, { keys }).id).toHaveLength(16);
  });

  it('passes what the inner codec throws at the write', () => {
    expect(() => codecWith('k').encode({ a: [() => 1] }, context)).toThrow('value.a[0] is a function');
  });

  it('tells the inner codec where the entry lies', () => {
    const told: unknown[] = [];
    const inner: Codec = {
      id: 'spy',
      encode: (_, at) => (told.push(at), new Uint8Array(1)),
      decode: (_, at) => (told.push(at), null),
    };
    const codec = encrypted(inner, { keys });
    expect(codec.decode(codec.encode(1, context), context)).toBeNull();
    expect(told).toEqual([context, context]);
  });

  it('gives entries that belong to whoever asked, and keeps no view of what it reads', () => {
    const value = new Uint8Array(100).fill(5);
    const codec = encrypted(rawCodec(), { keys });
    const entry = codec.encode(value, context);
    expect(Object.getPrototypeOf(entry)).toBe(Uint8Array.prototype);
    expect(entry.buffer.byteLength).toBe(entry.length);
    const shifted = new Uint8Array(entry.length + 3);
    shifted.set(entry, 3);
    const read = codec.decode(shifted.subarray(3), context);
    shifted.fill(0xff);
    expect(read).toEqual(value);
    expect(codec.decode(Buffer.from(entry), context)).toEqual(value);
  });

  it('wipes what goes into the cipher and what comes out of it', () => {
    const inner = rawCodec();
    const codec = encrypted(inner, { keys });
    const entry = codec.encode(Uint8Array.of(1, 2, 3), context);
    expect(codec.decode(entry, context)).toEqual(Uint8Array.of(1, 2, 3));
    expect(inner.seen).toEqual([new Uint8Array(3), new Uint8Array(3)]);
    // A Buffer would tempt the inner codec to keep a view: `slice` copies nothing there.
    for (const bytes of inner.seen) expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });

  it('holds what compression made, which can only be read whole', () => {
    const codec = encrypted(compressed(binaryCodec), { keys });
    expect(codec.id).toBe('aes(z(core1))');
    const value = { text: 'the quick brown fox '.repeat(500) };
    const entry = codec.encode(value, context);
    expect(entry.length).toBeLessThan(200);
    expect(codec.decode(entry, context)).toStrictEqual(value);
    expect(expectFailure(codec, entry.subarray(0, -1)).cause).toBeInstanceOf(Error);
  });
});

describe('a key', () => {
  it('is copied: the caller may wipe his', () => {
    const mine = keyNamed('k').key as Uint8Array;
    const codec = encrypted(binaryCodec, { keys: [{ id: 'k', key: mine }] });
    mine.fill(0);
    const entry = codec.encode('value', context);
    expect(codecWith('k').decode(entry, context)).toBe('value');
  });

  it('writes when it is the first, and reads wherever it stands', () => {
    const one = codecWith('k1').encode('by one', context);
    const two = codecWith('k2', 'k1').encode('by two', context);
    expect(Buffer.from(two).toString('latin1', 2, 4)).toBe('k2');
    for (const both of [codecWith('k1', 'k2'), codecWith('k2', 'k1'), codecWith('k3', 'k1', 'k2')]) {
      expect(both.decode(one, context)).toBe('by one');
      expect(both.decode(two, context)).toBe('by two');
    }
    expectFailure(codecWith('k1'), two);
    expectFailure(codecWith('k2'), one);
  });

  it('that is taken out of the list later stays', () => {
    const list = [keyNamed('k1'), keyNamed('k2')];
    const codec = encrypted(binaryCodec, { keys: list });
    list.splice(0);
    expect(codecWith('k1').decode(codec.encode(true, context), context)).toBe(true);
    expect(codec.decode(codecWith('k2').encode(true, context), context)).toBe(true);
  });
});

describe('what could not be authenticated', () => {
  afterEach(() => {
    vi.doUnmock('node:crypto');
    vi.resetModules();
  });

  it('is wiped before anybody hears of it', async () => {
    const opened: Uint8Array[] = [];
    vi.resetModules();
    vi.doMock('node:crypto', async (original) => {
      const crypto = await original<typeof Crypto>();
      return {
        ...crypto,
        createDecipheriv: (...given: Parameters<typeof crypto.createDecipheriv>) => {
          const decipher = crypto.createDecipheriv(...given);
          const update = decipher.update.bind(decipher) as (bytes: Uint8Array) => Buffer;
          return Object.assign(decipher, {
            update: (bytes: Uint8Array) => {
              const plain = update(bytes);
              expect(plain.toString('latin1')).toContain('plaintext');
              opened.push(plain);
              return plain;
            },
          });
        },
      };
    });
    const mocked = await import('../src/index.ts');
    const codec = mocked.encrypted(binaryCodec, { keys });
    const entry = codec.encode('some plaintext', context);
    entry[entry.length - 1] = (entry[entry.length - 1] as number) ^ 1;
    expectFailure(codec, entry);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.every((byte) => byte === 0)).toBe(true);
  });
});
