import { expect, it } from 'vitest';
import { cborCodec } from '../src/index.ts';

const context = { cache: '', space: '', key: '', schemaVersion: 0 };

it('lends a part of one buffer, in which nothing is left when that is wiped', () => {
  const lend = (value: unknown): Uint8Array => cborCodec.encode(value, context, { mayLend: true });
  const lent = lend({ password: 'hunter2', é: '漢' });
  const { buffer } = lent;
  expect(lent.length).toBeLessThan(buffer.byteLength);
  lent.fill(0);
  expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  expect(lend(['other'])).toMatchObject({ buffer, byteOffset: 0 });
});

it('keeps no buffer for the sake of one large value', () => {
  const lend = (value: unknown): Uint8Array => cborCodec.encode(value, context, { mayLend: true });
  const { buffer } = lend('x'.repeat(2 ** 20));
  expect(buffer.byteLength).toBeGreaterThan(2 ** 20 - 1);
  expect(lend(['other']).buffer.byteLength).toBeLessThan(2 ** 17);
});
