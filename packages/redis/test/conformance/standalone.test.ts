import { setTimeout as sleep } from 'node:timers/promises';
import { describeConformance } from '@cache/core/conformance/vitest';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { inject } from 'vitest';
import { redis } from '../../src/index.ts';

/** A timer may fire early, and the server goes by another clock. */
const EARLY_MS = 3;
const { url }: ProvidedRedis = inject('redis');

describeConformance(
  {
    name: 'redis, one server',
    // A server that has much else to do is not to be given up.
    provider: () => redis({ url, deadline: '10s' }),
    peer: () => redis({ url, deadline: '10s' }),
    time: { waitAtLeast: (ms) => sleep(ms + EARLY_MS) },
  },
  { concurrent: true },
);
