import { fakeClock } from '@cache/core/testing';
import { until } from '@cache/test-servers/poll';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Calls } from '../../src/calls.ts';
import { Partitions } from '../../src/partitions.ts';
import type { Client, Reply } from '../../src/port.ts';
import { OWED, REMOVE_TERM } from '../../src/steps.ts';
import { Sweep } from '../../src/sweep.ts';
import { hygieneScene, type HygieneScene, type OpenCache } from './hygiene-scene.ts';
import { endless, keysOn, namesOn } from './server-keys.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const soon = { sweepInterval: 50 };
const late = { sweepInterval: '1h' } as const;

async function fill({ cache }: OpenCache): Promise<void> {
  await cache.set('ever', { team: 'red' }, { ttl: 'forever', tags: ['tag'] });
  await cache.set('hour', { team: 'red' }, { ttl: '1h', tags: ['tag'] });
  await cache.getOrSet('loaded', () => ({ team: 'blue' }), { ttl: 'forever', tags: ['tag'] });
}

/** Everything that is left has an end: what would have stayed is gone. */
async function swept({ namespace }: Pick<OpenCache, 'namespace'>): Promise<void> {
  await until('whatever is left has an end', async () => {
    const left = endless(await keysOn(scene.server, { namespace }));
    if (left.length > 0) throw new Error(left.join(', '));
    return true;
  });
}

describe.each([1, 16])('with partitions: %i', (partitions) => {
  test.each([
    ['a clear', (at: OpenCache) => at.cache.clear()],
    ['an invalidation of tags', (at: OpenCache) => at.cache.invalidateTags(['tag'])],
  ] as const)('after %s everything that is left has an end, in this namespace alone', async (_, run) => {
    const at = await scene.open({ provider: { ...soon, partitions } });
    const other = await scene.open({ provider: { ...soon, partitions } });
    const below = { ...at, cache: at.cache.namespace('below') };
    for (const each of [at, other, below]) await fill(each);
    const before = await namesOn(scene.server, { namespace: other.namespace });
    const ofBelow = (): Promise<readonly string[]> =>
      namesOn(scene.server, { namespace: `${at.namespace}/shared.below` });
    const belowBefore = await ofBelow();
    await run(at);
    await swept({ namespace: `${at.namespace}/shared:` });
    expect(await namesOn(scene.server, { namespace: other.namespace })).toEqual(before);
    expect(await ofBelow()).toEqual(belowBefore);
    for (const key of ['ever', 'hour', 'loaded']) {
      expect(await other.cache.has(key)).toBe(true);
      expect(await below.cache.has(key)).toBe(true);
      expect(await at.cache.has(key)).toBe(false);
    }
  });
});

test('what is written while a sweep is due stays', async () => {
  const at = await scene.open({ provider: soon });
  await fill(at);
  await at.cache.clear();
  await at.cache.set('ever', 'new', { ttl: 'forever' });
  await until(
    'the others are swept',
    async () => (await namesOn(scene.server, { ...at, sorts: 'e' })).length === 1,
  );
  expect(await at.cache.get('ever')).toBe('new');
});

test('a process that opens the namespace pays what one that has ended owed', async () => {
  const owing = await scene.open({ provider: late });
  await fill(owing);
  await owing.cache.clear();
  await owing.close();
  expect(await namesOn(scene.server, { ...owing, sorts: 'e' })).toHaveLength(3);
  const paying = await scene.open({ namespace: owing.namespace, provider: soon });
  await swept(paying);
});

describe('a debt', () => {
  // The clear makes the marks anew, with the usual end: when they are gone, nobody knows of the debt.
  test('is remembered for as long as what would never expire is there', async () => {
    const at = await scene.open({ provider: late });
    await fill(at);
    await at.cache.clear();
    const [marks] = await keysOn(scene.server, { ...at, sorts: 'm' });
    expect(marks?.endsAt).toBe(-1);
  });

  // Whoever finds the namespace held takes it for paid, and never looks again.
  test('is paid when the process that was about to has died', async () => {
    const at = await scene.open({ provider: soon });
    await fill(at);
    await scene.server.command('SET', scene.marksOf(at.namespace).replace('m:', 's:'), 'the dead', 'PX', 150);
    await at.cache.clear();
    await until(
      'the dead one has lost its turn',
      async () => (await namesOn(scene.server, { ...at, sorts: 's' })).length === 0,
    );
    const isSwept = async (): Promise<boolean> =>
      (await namesOn(scene.server, { ...at, sorts: 'e' })).length === 0;
    expect(await until('it is swept', isSwept, { within: 1_000 })).toBe(true);
  });

  test('is paid by the next sweep when one has failed', async () => {
    const at = await scene.open({ provider: soon });
    await fill(at);
    using connection = await scene.server.connect();
    await connection.send('ACL', 'SETUSER', 'default', '-scan');
    try {
      await at.cache.clear();
      await until(
        'a sweep has begun',
        async () => (await connection.send('EXISTS', scene.marksOf(at.namespace).replace('m:', 's:'))) === 1,
      );
    } finally {
      await connection.send('ACL', 'SETUSER', 'default', '+@all');
    }
    const isSwept = async (): Promise<boolean> =>
      (await connection.send('EXISTS', `e:{${at.namespace}/shared:0}ever`)) === 0;
    expect(await until('it is swept', isSwept, { within: 5_000 })).toBe(true);
  });

  // The end that 'forget' gives the marks would be the end of the debt as well.
  test('is remembered, though the last entry that lived for ever is deleted', async () => {
    const at = await scene.open({ provider: late });
    await fill(at);
    await at.cache.clear();
    await at.cache.set('later', 'x', { ttl: 'forever' });
    await at.cache.delete('later');
    const [marks] = await keysOn(scene.server, { ...at, sorts: 'm' });
    expect(marks?.endsAt).toBe(-1);
    expect(await scene.server.command('HEXISTS', scene.marksOf(at.namespace), 'd')).toBe(1);
  });

  // Its note comes in a step of its own where a slot moves, and entries may have been written before it.
  test('that is noted late and paid leaves the marks as long as the entries', async () => {
    const at = await scene.open({ provider: late });
    await at.cache.set('long', 'x', { ttl: '30d' });
    const { CLEARED, SWEPT } = await import('../../src/steps.ts');
    const marks = scene.marksOf(at.namespace);
    await scene.server.command('EVAL', CLEARED.source, 1, marks, 'abcdefghijklmnop', 1, '1');
    const debt = (await scene.server.command('HGET', marks, 'd')) as string;
    expect(
      await scene.server.command('EVAL', SWEPT.source, 2, marks, marks.replace('m:', 's:'), 'sweeper', debt),
    ).toBe(1);
    const [{ endsAt } = { endsAt: 0 }] = await keysOn(scene.server, { ...at, sorts: 'm' });
    expect(endsAt).toBeGreaterThan((await at.cache.getMetadata('long'))?.expiresAt ?? Infinity);
  });

  // Nothing tells a sweeper of it: the records go with the call, or not at all.
  test('is left by a delete by index that was cut short', async () => {
    const at = await scene.open({ provider: soon });
    await fill(at);
    // The first of its two steps, as of a process that dies after it.
    const marks = scene.marksOf(at.namespace);
    await scene.server.command('EVAL', REMOVE_TERM.source, 1, marks, 'abcdefghijklmnop', 1, 'team=red');
    expect(await at.cache.has('ever')).toBe(false);
    expect(await scene.server.command('HEXISTS', marks, 'd')).toBe(1);
  });

  // A new generation is made without a look at what the old one has left.
  test.fails('is left by marks that were lost', async () => {
    const at = await scene.open({ provider: soon });
    await fill(at);
    await scene.server.command('DEL', scene.marksOf(at.namespace));
    await at.cache.set('new', 'x');
    expect(await scene.server.command('HEXISTS', scene.marksOf(at.namespace), 'd')).toBe(1);
  });
});

test('a sweep ends when its cache is closed, also where it finds nothing', async () => {
  const clock = fakeClock();
  const sent: string[] = [];
  const client: Client = {
    send(command, [digest]): Promise<Reply> {
      sent.push(command);
      if (digest === OWED.digest) return Promise.resolve([Buffer.from('1'), 0]);
      if (command === 'INFO') return Promise.resolve(Buffer.from('run_id:one'));
      if (command !== 'SCAN') return Promise.resolve(1);
      sweep.close();
      return Promise.resolve([Buffer.from('7'), []]);
    },
    isReady: true,
    turn: 0,
    isCluster: false,
    masters: () => [client],
    close: () => Promise.resolve(),
  };
  const calls = new Calls({ client, address: 'here', clock, random: () => 0, deadline: 1_000 });
  const partitions = new Partitions('', 'space:', 4, undefined);
  const sweep = new Sweep({ calls, partitions, clock, id: 'id', keeps: '0', interval: 10 });
  sweep.owe();
  await clock.pass(100);
  expect(sent.filter((command) => command === 'SCAN')).toHaveLength(1);
  expect(sent.at(-1)).toBe('SCAN');
  expect(clock.pending).toBe(0);
});
