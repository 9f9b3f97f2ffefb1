import { serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { MODEL, own } from '@cache/test-values/model';
import { changedBytes, strayBytes } from '@cache/test-values/stray-bytes';
import { isSame, trialOf } from '@cache/test-values/trial';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { v8Codec } from '../src/index.ts';

const trial = trialOf(v8Codec);
const { encode, decode, tryDecode } = trial;

const TAGS = '^_0TFIUNZDyxnzsSc"o{Aa@$;:\',RrBtVu~\\-'.split('').map((tag) => tag.charCodeAt(0));
const WORDS = [...TAGS, 0xff, 0x0f, 0, 1, 32, 36, [0xff, 0x0f], [0x5c, 36], [0x61, 0xf8, 0xdd, 0x6f]];

/** Bytes with the checksum that belongs to them: what only somebody who knows the format makes. */
function checked(...bytes: readonly number[]): Uint8Array {
  const all = Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0, 0, 0]);
  new DataView(all.buffer).setUint32(all.length - 4, crc32(all.subarray(0, -4)), true);
  return all;
}

describe('bytes that nobody encoded', () => {
  it('gives CODEC_FAILED for any bytes', () => {
    fc.assert(
      fc.property(strayBytes(WORDS), (bytes) => tryDecode(bytes) === undefined),
      { numRuns: 5_000 },
    );
  });

  it('gives CODEC_FAILED for bytes that were changed', () => {
    fc.assert(
      fc.property(changedBytes(trial, TAGS), (bytes) => {
        const decoded = tryDecode(bytes);
        // A change may be none.
        return decoded === undefined || isSame(decode(encode(decoded.value)), decoded.value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives CODEC_FAILED for every beginning of a value, and for a value with something after it', () => {
    for (const [, make] of MODEL) {
      const bytes = encode(make());
      if (bytes.length > 2_500) continue;
      for (let length = 0; length < bytes.length; length++)
        expect(tryDecode(bytes.subarray(0, length))).toBeUndefined();
      expect(tryDecode(Uint8Array.from([...bytes, 0]))).toBeUndefined();
    }
  });

  it('gives CODEC_FAILED for each single bit that is flipped', () => {
    const bytes = encode({ id: 1, list: ['a', new Date(0), new Map([[1, -0]])] });
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(tryDecode(flipped)).toBeUndefined();
    }
  });

  it('gives CODEC_FAILED for what others serialize', () => {
    expect(tryDecode(serialize({ a: 1 }))).toBeUndefined();
    expect(tryDecode(serialize(/a/))).toBeUndefined();
  });

  it('says that a version of V8 is newer than its own', () => {
    expect(tryDecode(checked(0xff, 15, 0x30))).toEqual({ value: null });
    const error: unknown = (() => {
      try {
        return decode(checked(0xff, 99, 0x30));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'CODEC_FAILED', cache: 'users', key: 'user:1' });
    expect((error as { cause: Error }).cause.message).toContain('version');
  });

  it.each<[string, readonly number[]]>([
    ['undefined where a value should be', [0xff, 15, 0x5f]],
    ['a view that is unknown', [0xff, 15, 0x5c, 14, 0]],
    ['a view longer than what is left', [0xff, 15, 0x5c, 1, 0xff, 0xff, 0xff, 0x7f]],
    ['half an element', [0xff, 15, 0x5c, 3, 1, 0]],
    ['a container that never comes', [0xff, 15, 0x5c, 33]],
    ['a map that comes as a number', [0xff, 15, 0x5c, 34, 0x49, 2]],
    ['a set that comes as null', [0xff, 15, 0x5c, 35, 0x30]],
    ['memory that is shared', [0xff, 15, 0x75, 0]],
  ])('refuses %s, with the checksum that belongs to it', (_, bytes) => {
    expect(tryDecode(checked(...bytes))).toBeUndefined();
  });

  it('never changes a prototype', () => {
    const value = decode(
      encode([own('__proto__', { polluted: true }), own('__proto__', {}, null)]),
    ) as object[];
    expect(Object.getPrototypeOf(value[0])).toBe(Object.prototype);
    expect(Object.getPrototypeOf(value[1])).toBe(null);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('tells nothing of what the bytes held', () => {
    const bytes = encode({ password: 'hunter2', more: ['hunter2'] });
    for (let length = 0; length < bytes.length; length++) {
      try {
        decode(bytes.subarray(0, length));
      } catch (error) {
        const { message, cause } = error as Error;
        expect(`${message} ${(cause as Error).message}`).not.toMatch(/hunter|password/);
      }
    }
  });
});
