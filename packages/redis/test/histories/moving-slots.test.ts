import type { Engine, EngineProvider } from '@cache/core';
import { moveSlots, openMove, type SlotMove } from '@cache/test-servers/resharding';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { slotsOf } from './nemesis.ts';
import { ALL, idOf, openOn, spaceOf, walkAmid, writeOf } from './open-engine.ts';
import { clusterStage, type ClusterStage } from './stage.ts';

const PATIENCE_MS = 30_000;

let stage: ClusterStage;
beforeAll(async () => {
  stage = await clusterStage(1);
}, PATIENCE_MS);
afterAll(() => stage[Symbol.asyncDispose]());

interface Story {
  readonly before: (engine: Engine) => Promise<unknown>;
  readonly meanwhile: (engine: Engine) => Promise<void>;
  readonly after: (engine: Engine) => Promise<void>;
}

/** While the slot is given away its master lets no step name a key that the step itself has deleted. */
async function expectAmidMove({ before, meanwhile, after }: Story): Promise<void> {
  const space = spaceOf();
  const [slot] = slotsOf(space, 1) as [number];
  const engine = await openOn(stage.processes[0] as EngineProvider, space);
  let move: SlotMove | undefined;
  try {
    await before(engine);
    move = await openMove(stage.cluster, slot);
    await meanwhile(engine);
  } finally {
    await move?.finish();
  }
  try {
    await after(engine);
  } finally {
    await engine.close();
  }
}

test('G8: a clear takes effect as a whole while the slot is given away', async () => {
  await expectAmidMove({
    before: async (engine) => engine.write('k', writeOf(), undefined),
    meanwhile: async (engine) => engine.clear(),
    async after(engine) {
      expect(await engine.read('k')).toBeUndefined();
      expect((await engine.write('k', writeOf(), 'absent')).status).toBe('written');
    },
  });
});

test('G3: the failure of a load that ends while the slot is given away reaches those who wait', async () => {
  const token = idOf();
  await expectAmidMove({
    before: async (engine) => engine.acquire('k', { token, leaseMs: 10_000, tags: [], awaited: undefined }),
    meanwhile: async (engine) => engine.release('k', token, 'the loader fails'),
    async after(engine) {
      const request = { token: idOf(), leaseMs: 10_000, tags: [], awaited: token };
      expect(await engine.acquire('k', request)).toEqual({ status: 'failed', message: 'the loader fails' });
    },
  });
});

test(
  'G2: a walk finds every key although its slot moves to another master meanwhile',
  async () => {
    const space = spaceOf();
    const [slot] = slotsOf(space, 1) as [number];
    const engine = await openOn(stage.processes[0] as EngineProvider, space, 10_000);
    try {
      // Once round: whatever the order in which a walk goes from master to master, one of these moves leads back.
      for (const _ of stage.cluster.nodes) {
        const { found, all } = await walkAmid(engine, () => moveSlots(stage.cluster, [slot]));
        expect(found).toBe(all);
      }
    } finally {
      await engine.close();
    }
  },
  PATIENCE_MS,
);

test(
  'G2: a walk finds every key of a slot that is half moved and goes on to move, and of those that stay',
  async () => {
    const partitions = 4;
    await using wide = await openWide(partitions);
    const { engine, space } = wide;
    const keys = Array.from({ length: 200 }, (_, number) => `k${number}`);
    await Promise.all(keys.map(async (key) => engine.write(key, writeOf(), undefined)));
    for (const slot of slotsOf(space, partitions)) {
      const move = await openMove(stage.cluster, slot);
      await move.moveKeys(10);
      const found: string[] = [];
      for await (const page of engine.scan(ALL)) {
        found.push(...page);
        await move.moveKeys(10);
      }
      await move.finish();
      expect(found.toSorted()).toEqual(keys.toSorted());
    }
    expect((await engine.stats()).entries).toBe(keys.length);
  },
  PATIENCE_MS,
);

async function openWide(
  partitions: number,
): Promise<AsyncDisposable & { readonly engine: Engine; readonly space: string }> {
  const space = spaceOf();
  const provider = redis({ cluster: { nodes: stage.cluster.addresses }, partitions, deadline: '10s' });
  const engine = await openOn(provider, space, 10_000);
  return {
    engine,
    space,
    async [Symbol.asyncDispose]() {
      await engine.close();
    },
  };
}
