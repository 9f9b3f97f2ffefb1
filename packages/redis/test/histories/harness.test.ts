/** What the harness notices: without it, a history without a violation would say nothing. */
import { randomUUID } from 'node:crypto';
import { systemClock, type EngineProvider } from '@cache/core';
import { seededRandom } from '@cache/core/testing';
import { faultProxy } from '@cache/test-servers/fault-proxy';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { losing } from './nemesis.ts';
import { EngineSubject } from '@cache/core/conformance/histories';
import { updateAtOnce, type Updates } from './updates.ts';
import { compareThenSet, getThenSet, watchOnSharedConnection } from './wrong-ways.ts';

const LOST_SHARE = 0.01;
const HISTORIES = 2;
const PATIENCE_MS = 30_000;

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

describe('updates over one connection for each process', () => {
  const judge = async (subject: (client: Redis) => Updates): Promise<string | undefined> => {
    await server.command('FLUSHALL');
    const clients = [0, 1].map(() => new Redis(server.port));
    try {
      return (await updateAtOnce(clients.map(subject), 'update')).problem;
    } finally {
      for (const client of clients) client.disconnect();
    }
  };

  test('compare-and-set in one step is linearizable', async () => {
    expect(await judge(compareThenSet)).toBeUndefined();
  });

  test('GET, then SET, is not', async () => {
    expect(await judge(getThenSet)).toContain('not linearizable');
  });

  test('WATCH on a shared connection is not', async () => {
    expect(await judge(watchOnSharedConnection)).toContain('not linearizable');
  });
});

describe.each(['update', 'increment'] as const)('%s through an engine that loses replies', (by) => {
  /** The problem of the first history that has one. */
  const judge = async (provide: (url: string) => Provided): Promise<string | undefined> => {
    await using proxy = await faultProxy(server);
    const processes = [0, 1].map(() => provide(proxy.url));
    const space = `${randomUUID()}:`;
    const opened = await Promise.all(processes.map(({ provider }) => subjectOf(provider, space)));
    const nemesis = losing('replies', [proxy], LOST_SHARE, seededRandom(1));
    try {
      let problem: string | undefined;
      for (let history = 0; history < HISTORIES && problem === undefined; history += 1) {
        const prefix = `${history}`;
        ({ problem } = await updateAtOnce(
          opened.map(({ subject }) => within(subject, prefix)),
          by,
        ));
      }
      return problem;
    } finally {
      await nemesis.stop();
      for (const { close } of opened) await close();
      for (const { end } of processes) end();
    }
  };

  test(
    'is linearizable when no command is sent again',
    async () => {
      expect(await judge((url) => ({ provider: redis({ url }), end: () => undefined }))).toBeUndefined();
    },
    PATIENCE_MS,
  );

  test(
    'is not when the client sends again what was not answered, as ioredis does by default',
    async () => {
      expect(await judge(resending)).toContain('not linearizable');
    },
    PATIENCE_MS,
  );
});

interface Provided {
  readonly provider: EngineProvider;
  readonly end: () => void;
}

/** The provider refuses such a client, so it is told only afterwards. */
function resending(url: string): Provided {
  const client = new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
  client.on('error', () => undefined);
  const provider = redis({ client });
  client.options.maxRetriesPerRequest = 20;
  return { provider, end: () => client.disconnect() };
}

async function subjectOf(
  provider: EngineProvider,
  space: string,
): Promise<{ readonly subject: EngineSubject; readonly close: () => Promise<void> }> {
  const clock = systemClock();
  const engine = await provider.open({
    cache: 'harness',
    space,
    routeOf: undefined,
    deadline: 5_000,
    clock,
    random: seededRandom(1),
    report: () => undefined,
  });
  const subject = new EngineSubject({
    engine,
    holds: provider.traits.holds,
    clock,
    nextId: () => randomUUID().slice(0, 18).replaceAll('-', ''),
    leaseMs: 1_000,
  });
  return { subject, close: async () => engine.close() };
}

/** On keys of its own. */
function within(subject: Updates, prefix: string): Updates {
  return {
    get: (key) => subject.get(prefix + key),
    update: (key, updater) => subject.update(prefix + key, updater),
    increment: (key) => subject.increment(prefix + key),
  };
}
