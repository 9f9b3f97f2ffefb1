import { startRedis } from '@cache/test-servers/redis';
import { afterAll, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { idOf, openOn, spaceOf, writeOf } from '../histories/open-engine.ts';

const server = await startRedis();
afterAll(() => server.stop());

// The server would end the connection.
test('a value that is longer than a server takes is refused, and harms no other call', async () => {
  const engine = await openOn(redis({ url: server.url }), spaceOf());
  try {
    const token = idOf();
    await engine.acquire('loaded', { token, leaseMs: 60_000, tags: [], awaited: undefined });
    const large = writeOf({ payload: new Uint8Array(2 ** 29) });
    const ends = await Promise.allSettled([
      engine.write('small', writeOf({ payload: 1 }), undefined),
      engine.write('large', large, undefined),
      engine.write('large', large, 'absent'),
      engine.commit('loaded', token, large),
      engine.write('other', writeOf({ payload: 2, terms: ['t'] }), undefined),
    ]);
    const refused = { reason: expect.objectContaining({ name: 'TypeError' }) };
    expect(ends).toMatchObject([{ value: {} }, refused, refused, refused, { value: {} }]);
    expect(ends[1]).toMatchObject({
      reason: { message: expect.stringMatching(/^a value takes 536870912 bytes, and at most 469762048/) },
    });
    expect([await engine.get('small'), await engine.get('other')]).toEqual([1, 2]);
    expect(await engine.commit('loaded', token, writeOf())).toBe('stored');
  } finally {
    await engine.close();
  }
});
