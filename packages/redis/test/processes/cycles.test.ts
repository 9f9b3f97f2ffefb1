import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { startWorkers } from './worker-process.ts';

test(
  'G12: a cycle of loaders that leads through two processes ends at the hard timeout',
  { timeout: 30_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const setting = { url: inject('redis').url, namespace: randomUUID(), lease: 300 };
    const [one, two] = await startWorkers(stack, [setting, setting]);
    const a = one?.load('a', { timeout: 500 });
    const b = two?.load('b', { timeout: 500 });
    await Promise.all([a?.loading, b?.loading]);
    a?.end({ asks: 'b' });
    b?.end({ asks: 'a' });
    await expect(a?.outcome).rejects.toMatchObject({ code: 'LOADER_TIMEOUT' });
    await expect(b?.outcome).rejects.toMatchObject({ code: 'LOADER_TIMEOUT' });
    const again = one?.load('a', { takes: 0, value: 'afterwards' });
    expect(await again?.outcome).toBeOneOf(['afterwards', 'inner']);
  },
);
