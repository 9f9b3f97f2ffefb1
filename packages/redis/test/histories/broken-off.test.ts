import type { EngineProvider } from '@cache/core';
import type { FaultProxy } from '@cache/test-servers/fault-proxy';
import { expect, test } from 'vitest';
import { openOn, spaceOf, walkAmid, writeOf } from './open-engine.ts';
import { serverStage } from './stage.ts';

const PATIENCE_MS = 30_000;

test('G11: a removal by term that broke off after its first step is of unknown outcome, not one of which nothing came', async () => {
  await using stage = await serverStage();
  const [proxy] = stage.proxies as [FaultProxy];
  const engine = await openOn(stage.processes[0] as EngineProvider, spaceOf());
  try {
    // More than one step takes away.
    const keys = Array.from({ length: 200 }, (_, at) => `k${at}`);
    for (const key of keys) await engine.write(key, writeOf({ terms: ['x'] }), undefined);
    let steps = 0;
    const loss = proxy.loseRequests(1, ({ command }) => command === 'EVALSHA' && ++steps === 2);
    const removing = expect(engine.removeByTerm('x')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await loss.done;
    await proxy.down();
    await removing;
    await proxy.up();
    for (const key of keys) expect(await engine.read(key)).toBeUndefined();
  } finally {
    await engine.close();
  }
});

test(
  'G2: a walk finds every key although the server is restarted meanwhile, where a cursor means nothing',
  async () => {
    await using stage = await serverStage({ args: ['--appendonly', 'yes'] });
    const engine = await openOn(stage.processes[0] as EngineProvider, spaceOf(), 10_000);
    try {
      const { found, all } = await walkAmid(engine, () => stage.server.restart());
      expect(found).toBe(all);
    } finally {
      await engine.close();
    }
  },
  PATIENCE_MS,
);
