/** The buffers of codecs that lend: what is left in them, and how long they are kept. */
import { cborCodec } from '@cache/codec-cbor';
import { jsonCodec, taggedJsonCodec } from '@cache/codec-json';
import { msgpackCodec } from '@cache/codec-msgpack';
import { binaryCodec, type Codec } from '@cache/core';
import { context } from '@cache/test-values/trial';
import { describe, expect, test } from 'vitest';

const LENDERS: Readonly<Record<string, Codec>> = {
  binaryCodec,
  cborCodec,
  jsonCodec,
  taggedJsonCodec,
  msgpackCodec,
};

describe.each(Object.entries(LENDERS))('%s', (_, codec) => {
  const lend = (value: unknown): Uint8Array => codec.encode(value, context, { mayLend: true });

  test('lends a part of one buffer, in which nothing is left when that is wiped', () => {
    const lent = lend({ password: 'hunter2', é: '漢' });
    const { buffer } = lent;
    expect(lent.length).toBeLessThan(buffer.byteLength);
    lent.fill(0);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
    expect(lend(['other'])).toMatchObject({ buffer, byteOffset: 0 });
  });

  test('keeps no buffer for the sake of one large value', () => {
    const { buffer } = lend('x'.repeat(2 ** 20));
    expect(buffer.byteLength).toBeGreaterThan(2 ** 20 - 1);
    expect(lend(['other']).buffer.byteLength).toBeLessThan(2 ** 17);
  });
});
