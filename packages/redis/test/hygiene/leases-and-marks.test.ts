/** What a running load rests on beside its lease: the marks of its partition, and those of what it is told to be. */
import { gate } from '@cache/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { redis } from '../../src/index.ts';
import { REAP_TERM, REMOVE_TERM } from '../../src/steps.ts';
import { idOf, openOn, spaceOf, writeOf } from '../histories/open-engine.ts';
import { hygieneScene, type HygieneScene } from './hygiene-scene.ts';
import { keysOn } from './server-keys.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

test('G3: marks that nobody used for long outlive a load that begins before their end', async () => {
  const at = await scene.open({ cache: { lease: '2h' } });
  await at.cache.getOrSet('other', () => undefined);
  const marks = scene.marksOf(at.namespace);
  expect(await scene.server.command('PEXPIRE', marks, 60_000)).toBe(1);
  const query = gate<string>();
  const load = at.cache.getOrSet('key', () => query.pass());
  await query.arrivals();
  const [lease] = await keysOn(scene.server, { ...at, sorts: 'l' });
  const [kept] = await keysOn(scene.server, { ...at, sorts: 'm' });
  expect(kept?.endsAt).toBeGreaterThan(lease?.endsAt ?? Infinity);
  query.open('x');
  expect(await load).toBe('x');
  expect(await at.cache.get('key')).toBe('x');
});

test('G4: what a delete by index takes away afterwards ends no load that began after its mark', async () => {
  const space = spaceOf();
  const engine = await openOn(redis({ url: scene.server.url }), space);
  const name = (sort: string, rest = ''): string => `${sort}:{${space}0}${rest}`;
  try {
    await engine.write('k', writeOf({ terms: ['t=a', 't=b'] }), undefined);
    // What the first step cannot change as a whole it leaves to the second. The delete is paused between them.
    await scene.server.command('DEL', name('i', 't=b'));
    const first = [1, name('m'), idOf(), 1, 't=a', '0', '0'] as const;
    const [moment, , taken, left] = (await scene.server.command(
      'EVAL',
      REMOVE_TERM.source,
      ...first,
    )) as readonly [string, number, number, number];
    expect({ taken, left }).toEqual({ taken: 0, left: 1 });
    const token = idOf();
    const request = { token, leaseMs: 60_000, tags: [], awaited: undefined };
    expect(await engine.acquire('k', request)).toMatchObject({ status: 'lead' });
    const own = [name('e', 'k'), name('i', 't=b')];
    const names = [name('e'), name('l'), name('m'), name('i', 't=a'), ...own];
    const second = [names.length, ...names, 't=a', moment, '0', 'k'] as const;
    expect(await scene.server.command('EVAL', REAP_TERM.source, ...second)).toEqual([1, 1]);
    expect(await engine.commit('k', token, writeOf())).toBe('stored');
  } finally {
    await engine.close();
  }
});

test('G4: whoever closes gives up the right to load, also to a server that has to be told how', async () => {
  const at = await scene.open({ cache: { lease: '2h' } });
  const query = gate<string>();
  const load = at.cache.getOrSet('key', () => query.pass());
  const refused = expect(load).rejects.toMatchObject({ code: 'CLOSED' });
  await query.arrivals();
  expect(await keysOn(scene.server, { ...at, sorts: 'l' })).toHaveLength(1);
  await scene.server.command('SCRIPT', 'FLUSH');
  await at.close();
  await refused;
  expect(await keysOn(scene.server, { ...at, sorts: 'l' })).toEqual([]);
});

test('of a failure no more is kept than a message needs', async () => {
  const space = spaceOf();
  const engine = await openOn(redis({ url: scene.server.url }), space);
  try {
    const request = { token: idOf(), leaseMs: 60_000, tags: [], awaited: undefined };
    await engine.acquire('k', request);
    await engine.release('k', request.token, 'x'.repeat(4 << 20));
    // It is kept for a second.
    expect(Number(await scene.server.command('MEMORY', 'USAGE', `l:{${space}0}k`))).toBeLessThan(100_000);
    expect(await engine.acquire('k', { ...request, token: idOf(), awaited: request.token })).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^x+$/),
    });
  } finally {
    await engine.close();
  }
});
