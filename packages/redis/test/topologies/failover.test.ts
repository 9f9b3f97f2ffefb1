import { startCluster } from '@cache/test-servers/cluster';
import { until } from '@cache/test-servers/poll';
import { startSentinel } from '@cache/test-servers/sentinel';
import type { RedisServer } from '@cache/test-servers/server';
import { slotOf } from '@cache/test-servers/slot';
import { expect, test } from 'vitest';
import type { RedisOptions } from '../../src/index.ts';
import { startLoad, type Tally } from './load.ts';

const CLIENTS = 8;

interface Deployment extends AsyncDisposable {
  readonly options: RedisOptions;
  /** Kills the master that has the counters, or some of them, and resolves when another one serves. */
  readonly failOver: () => Promise<unknown>;
  /** The servers that count, each with a replica. */
  readonly masters: () => Promise<readonly RedisServer[]>;
}

async function behindSentinels(): Promise<Deployment> {
  const group = await startSentinel();
  return {
    options: { sentinels: { nodes: group.addresses, name: group.name } },
    failOver: () => group.failOver(),
    masters: async () => [await group.master()],
    [Symbol.asyncDispose]: () => group.stop(),
  };
}

async function aCluster(): Promise<Deployment> {
  const cluster = await startCluster();
  return {
    options: { cluster: { nodes: cluster.addresses }, partitions: 1 },
    failOver: () => cluster.failOver(slotOf('e:{load:0}')),
    masters: async () => (await cluster.masters()).map(({ node }) => node),
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

test.each([
  ['Sentinels', behindSentinels],
  ['a Cluster', aCluster],
])(
  'G2: with %s a failover ends calls with typed errors, service resumes, and nothing is counted twice; the last counts may be lost',
  { timeout: 90_000 },
  async (name, start) => {
    await using deployment = await start();
    await using load = startLoad(deployment.options, CLIENTS);
    const { cache } = load;
    const counted = async (more: number): Promise<void> => {
      const from = load.done();
      await until(`${more} more are counted`, () => load.done() >= from + more, { within: 30_000 });
    };
    await counted(500);
    const safe = new Map(load.counters().map(({ key, done }) => [key, done]));
    for (const master of await deployment.masters()) await replicated(master);
    const [loaded] = await Promise.all([
      until('the failover, and a load that nobody can store', async () => {
        const value = await cache.getOrSet(`loaded${Math.random()}`, () => 7);
        expect(value).toBe(7);
        return value;
      }),
      deployment.failOver(),
    ]);
    expect(loaded).toBe(7);
    await counted(500);
    const tally = await load.stop();
    expect(tally.untyped).toEqual([]);

    let lost = 0;
    for (const { key, done, unknown } of tally.counters) {
      const value = (await cache.get(key, { onFailure: 'throw' })) ?? 0;
      // Asynchronous replication: what was done last may be gone, but nothing that the replica had. What nobody knows may have been done.
      expect(value).toBeGreaterThanOrEqual(safe.get(key) ?? 0);
      expect(value).toBeLessThanOrEqual(done + unknown);
      lost += Math.max(0, done - value);
    }
    report(name, tally, lost);
  },
);

/** Resolves when the replicas have all that the master had when it was asked. */
async function replicated(master: RedisServer): Promise<void> {
  const look = async (): Promise<{ readonly own: number; readonly theirs: readonly number[] }> => {
    const text = String(await master.command('INFO', 'replication'));
    return {
      own: Number(/master_repl_offset:(\d+)/.exec(text)?.[1]),
      theirs: [...text.matchAll(/^slave\d+:.*offset=(\d+)/gm)].map(([, offset]) => Number(offset)),
    };
  };
  const { own } = await look();
  await until('the replicas have it', async () => (await look()).theirs.some((offset) => offset >= own));
}

function report(name: string, { counters, codes, longestGap }: Tally, lost: number): void {
  const done = counters.reduce((sum, counter) => sum + counter.done, 0);
  const failures = [...codes].map(([code, times]) => `${times} ${code}`).join(', ') || 'no failures';
  process.stdout.write(
    `failover with ${name}: at least ${lost} of ${done} acknowledged counts lost, ${failures}, ${Math.round(longestGap)} ms without a success\n`,
  );
}
