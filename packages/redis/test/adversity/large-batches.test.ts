/** Batches that take longer than a deadline as a whole. */
import { randomUUID } from 'node:crypto';
import { createManager, type Cache } from '@cache/core';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';

const COUNT = 100_000;
const keys = Array.from({ length: COUNT }, (_, at) => `key number ${at}`);
const entries = keys.map((key) => [key, 'a value'] as const);

describe.runIf(process.env['CACHE_LONG'] === '1')(
  `with the default deadline, of ${COUNT} entries`,
  { timeout: 120_000 },
  () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());

    async function withCache(run: (cache: Cache<string>) => Promise<void>): Promise<void> {
      const manager = createManager({
        namespace: randomUUID(),
        providers: [redis({ url: server.url })],
      });
      try {
        await run(
          manager.cache<string>('c', {
            onFailure: 'throw',
          }),
        );
      } finally {
        await manager.close();
      }
    }

    test('all are written, read and deleted by their keys', () =>
      withCache(async (cache) => {
        await cache.setMany(entries);
        expect((await cache.getMany(keys)).size).toBe(COUNT);
        expect(await cache.deleteMany(keys)).toBe(COUNT);
        expect(await cache.getMany(keys)).toEqual(new Map());
      }));
  },
);
