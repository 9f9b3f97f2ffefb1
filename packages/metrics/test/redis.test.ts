/** Figures of two processes that share a server. */
import { randomUUID } from 'node:crypto';
import { createManager } from '@cache/core';
import { gate, seededRandom, until } from '@cache/core/testing';
import { metricsOf } from '@cache/metrics';
import { redis } from '@cache/redis';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { expect, inject, test } from 'vitest';
import { samplesOf, valuesOf } from './reading.ts';
import { work } from './workload.ts';

declare module 'vitest' {
  interface ProvidedContext {
    redis: ProvidedRedis;
  }
}

/** One process of a service, with its figures. */
function processOf(namespace: string) {
  const manager = createManager({
    providers: [redis({ url: inject('redis').url })],
    namespace,
    defaults: { deadline: '10s' },
  });
  return {
    cache: manager.cache<number>('numbers'),
    metrics: metricsOf(manager),
    [Symbol.asyncDispose]: () => manager.close(),
  };
}

test('every count is that of what was done, outcome by outcome', async () => {
  await using one = processOf(randomUUID());
  await one.cache.ready();
  const seen = await work(one.cache, 1_000, seededRandom(11));
  expect(await valuesOf(one.metrics, 'operations', 'operation', 'outcome')).toEqual(seen.operations.all);
  expect(await valuesOf(one.metrics, 'loads', 'outcome')).toEqual(seen.loads.all);
  expect(await valuesOf(one.metrics, 'errors', 'code', 'seen')).toEqual(seen.errors.all);
  const reads = {
    hits: (await samplesOf(one.metrics, 'hits'))[0]?.value,
    misses: (await samplesOf(one.metrics, 'misses'))[0]?.value,
  };
  expect(reads).toEqual(seen.reads.all);
});

test('a load is counted where it ran, and a join where somebody waited for it', async () => {
  const namespace = randomUUID();
  await using leader = processOf(namespace);
  await using follower = processOf(namespace);
  const door = gate<number>();
  const led = leader.cache.getOrSet('k', () => door.pass());
  await door.arrivals();
  let joined = 0;
  follower.cache.on('join', () => void joined++);
  const followed = follower.cache.getOrSet('k', () => 2);
  await until(() => joined === 1, 'the join');
  door.open(1);
  expect(await Promise.all([led, followed])).toEqual([1, 1]);
  expect(await valuesOf(leader.metrics, 'loads', 'outcome')).toEqual({ stored: 1 });
  expect(await valuesOf(follower.metrics, 'loads', 'outcome')).toEqual({});
  expect(await valuesOf(leader.metrics, 'joins', 'where')).toEqual({});
  expect(await valuesOf(follower.metrics, 'joins', 'where')).toEqual({ elsewhere: 1 });
});
