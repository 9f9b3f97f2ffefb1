import { setTimeout as sleep } from 'node:timers/promises';
import { describeConformance } from '@cache/core/conformance/vitest';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { inject } from 'vitest';
import { redis } from '../../src/index.ts';

const { url }: ProvidedRedis = inject('redis');

describeConformance(
  {
    name: 'redis, one server',
    provider: () => redis({ url }),
    peer: () => redis({ url }),
    time: { waitAtLeast: (ms) => sleep(ms) },
  },
  { concurrent: true },
);
