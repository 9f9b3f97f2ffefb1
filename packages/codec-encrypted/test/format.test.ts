/** The form of an entry, by means that share nothing with the codec but `node:crypto`. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { binaryCodec, type CodecContext } from '@cache/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encrypted } from '../src/index.ts';
import { codecWith, context, keyBytes, keyNamed, rawCodec } from './cases.ts';

function bindingOf(
  keyId: string,
  innerId: string,
  { cache, space, key, schemaVersion }: CodecContext,
): Buffer {
  const parts: Buffer[] = [
    Buffer.from([1, keyId.length]),
    Buffer.from(keyId, 'ascii'),
    Buffer.from([schemaVersion >> 8, schemaVersion & 0xff]),
  ];
  for (const text of [innerId, cache, space, key]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.from(text, 'utf8').length);
    parts.push(length, Buffer.from(text, 'utf8'));
  }
  return Buffer.concat(parts);
}

const PLACES: readonly CodecContext[] = [
  context,
  { cache: 'ü', space: 'a/%C3%BC.b:', key: '𝄞'.repeat(2_048), schemaVersion: 65_535 },
  { cache: 'c', space: 'c:', key: '\0', schemaVersion: 258 },
];

describe('an entry', () => {
  it.each(PLACES)('is AES-256-GCM, bound to its place: %#', (place) => {
    const value = Uint8Array.from({ length: 300 }, (_, at) => at);
    const entry = Buffer.from(encrypted(rawCodec(), { keys: [keyNamed('2026-01')] }).encode(value, place));
    expect(entry).toHaveLength(2 + 7 + 12 + 300 + 16);
    expect(entry.subarray(0, 9)).toEqual(Buffer.from('\x01\x072026-01', 'latin1'));
    const decipher = createDecipheriv('aes-256-gcm', keyBytes('2026-01'), entry.subarray(9, 21));
    decipher.setAAD(bindingOf('2026-01', 'raw', place));
    decipher.setAuthTag(entry.subarray(-16));
    const opened = Buffer.concat([decipher.update(entry.subarray(21, -16)), decipher.final()]);
    expect(new Uint8Array(opened)).toEqual(value);
  });

  it.each(PLACES)('that somebody else wrote in this form is read: %#', (place) => {
    const nonce = Buffer.from('000102030405060708090a0b', 'hex');
    const cipher = createCipheriv('aes-256-gcm', keyBytes('k'), nonce);
    cipher.setAAD(bindingOf('k', 'core1', place));
    const sealed = cipher.update(binaryCodec.encode({ some: 'thing' }, place));
    cipher.final();
    const entry = Buffer.concat([Buffer.from('\x01\x01k', 'latin1'), nonce, sealed, cipher.getAuthTag()]);
    expect(codecWith('other', 'k').decode(entry, place)).toStrictEqual({ some: 'thing' });
  });

  it('has a nonce of its own at each write', () => {
    const codec = codecWith('k');
    const written = Array.from({ length: 5_000 }, () => Buffer.from(codec.encode('same', context)));
    const nonces = new Set(written.map((entry) => entry.toString('hex', 3, 15)));
    expect(nonces.size).toBe(written.length);
    // Every byte of it is drawn: none has the same value each time.
    for (let at = 3; at < 15; at++)
      expect(new Set(written.map((entry) => entry[at])).size).toBeGreaterThan(200);
    expect(new Set(written.map((entry) => entry.toString('hex', 15))).size).toBe(written.length);
  });

  it('may hold nothing, or a megabyte', () => {
    const codec = encrypted(rawCodec(), { keys: [keyNamed('k')] });
    for (const length of [0, 1, 15, 16, 17, 2 ** 20]) {
      const value = new Uint8Array(length).fill(7);
      const entry = codec.encode(value, context);
      expect(entry).toHaveLength(3 + 12 + length + 16);
      expect(codec.decode(entry, context)).toEqual(value);
    }
  });

  it('is bound to one place: no other has the same binding', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.constantFrom('', 'a', 'ab', 'b', ':', '/'),
    );
    const schemaVersion = fc.oneof(fc.constantFrom(0, 1, 256, 0x6162), fc.nat({ max: 65_535 }));
    const place = fc.record({ cache: name, space: name, key: name, schemaVersion });
    const codec = encrypted(rawCodec(), { keys: [keyNamed('k')] });
    fc.assert(
      fc.property(place, place, (one, other) => {
        const same = isDeepStrictEqual(one, other);
        const entry = codec.encode(Uint8Array.of(1), one);
        const read = (): unknown => codec.decode(entry, other);
        if (same) expect(read()).toEqual(Uint8Array.of(1));
        else expect(read).toThrow(expect.objectContaining({ code: 'CODEC_FAILED' }));
      }),
      { numRuns: 500 },
    );
  });
});
