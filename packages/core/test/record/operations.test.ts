import { expect, test } from 'vitest';
import { parseGlob } from '../../src/glob.ts';
import { id, rig, write } from './rig.ts';

test('a written entry is read back with its metadata', async () => {
  const { engine, clock } = await rig();
  const written = write(
    { name: 'Ada' },
    { life: { ttl: 100, grace: 50 }, tags: ['t'], terms: ['x'], loadMs: 7, size: 9 },
  );
  expect(await engine.write('k', written, undefined)).toEqual({ status: 'written', evicted: [] });
  const entry = await engine.read('k');
  expect(entry).toMatchObject({
    payload: { name: 'Ada' },
    version: written.version,
    createdAt: clock.now(),
    freshUntil: clock.now() + 100,
    keptUntil: clock.now() + 150,
    loadMs: 7,
    tags: ['t'],
    terms: ['x'],
    size: 9,
  });
  expect(await engine.get('k')).toEqual({ name: 'Ada' });
});

test('lead, commit, hit', async () => {
  const { engine } = await rig();
  const token = id();
  const request = { token, leaseMs: 100, tags: [], awaited: undefined };
  expect(await engine.acquire('k', request)).toEqual({ status: 'lead', stale: undefined });
  expect(await engine.acquire('k', { ...request, token: id() })).toMatchObject({
    status: 'wait',
    holder: token,
  });
  expect(await engine.commit('k', token, write(1))).toBe('stored');
  expect(await engine.acquire('k', { ...request, token: id() })).toMatchObject({
    status: 'hit',
    entry: { payload: 1 },
  });
});

test('smoke: everything else', async () => {
  const { engine, store } = await rig();
  const e = engine;
  expect(await e.write('k', write(1, { terms: ['x'], tags: ['t'] }), 'absent')).toMatchObject({
    status: 'written',
  });
  expect(await e.write('k', write(1), 'absent')).toMatchObject({
    status: 'refused',
    current: { payload: 1 },
  });
  expect((await e.lookUp('x')).map(([key]) => key)).toEqual(['k']);
  const life = { ttl: 1000, grace: 1000 };
  expect(await e.count('k', { delta: 2, version: id(), life, renew: false })).toEqual({
    status: 'counted',
    value: 3,
  });
  expect(await e.count('n', { delta: 2, version: id(), life, renew: false })).toEqual({
    status: 'counted',
    value: 2,
  });
  expect(await e.touch('n', life)).toBe(true);
  expect(await e.editTerms('n', ['x', 'y'], [], id())).toBe(true);
  expect((await e.lookUp('x')).map(([key]) => key).toSorted()).toEqual(['k', 'n']);
  expect((await e.lookUp('y')).map(([key]) => key)).toEqual(['n']);
  expect(await e.editTerms('n', [], ['y'], id())).toBe(true);
  expect(await e.lookUp('y')).toEqual([]);
  expect(await e.removeByTerm('y')).toBe(0);
  expect(await e.expire('n')).toBe(true);
  expect(await e.read('n')).toBeUndefined();
  expect(await e.acquire('n', { token: 'T', leaseMs: 100, tags: [], awaited: undefined })).toMatchObject({
    status: 'lead',
    stale: { payload: 2 },
  });
  expect(await e.extend('n', 'T', 100)).toBe(true);
  await e.release('n', 'T', 'boom');
  expect(await e.acquire('n', { token: 'U', leaseMs: 100, tags: [], awaited: 'T' })).toEqual({
    status: 'failed',
    message: 'boom',
  });
  await e.invalidateTags(['t']);
  expect(await e.read('k')).toBeUndefined();
  await e.write('a1', write(1, { terms: ['x'] }), undefined);
  await e.write('a2', write(2, { terms: ['x'] }), undefined);
  await e.write('b', write(3), undefined);
  const pages = [];
  for await (const page of e.scan(parseGlob('a*'))) pages.push(...page);
  expect(pages.toSorted()).toEqual(['a1', 'a2']);
  expect(await e.removeByTerm('x')).toBe(2);
  expect(await e.removeByPattern(parseGlob('*'))).toBe(1);
  expect(await e.take('b')).toBeUndefined();
  await e.write('b', write(3), undefined);
  expect(await e.take('b')).toMatchObject({ payload: 3 });
  await e.write('b', write(3), undefined);
  await e.clear();
  expect(await e.remove('b')).toBe(false);
  const rest = [];
  for await (const page of store.scan('')) rest.push(...page);
  expect(rest).toEqual(['test:s:#']);
});
