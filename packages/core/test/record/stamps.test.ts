import { describe, expect, test } from 'vitest';
import { parseGlob } from '../../src/glob.ts';
import { id, intercepted, keysIn, request, rig, write } from './rig.ts';

const HOUR = 3_600_000;

describe('stamps', () => {
  test('G8: however many entries there are, a clear is one call and an invalidation some', async () => {
    const { engine, another, store } = await rig();
    for (let n = 0; n < 200; n += 1) await engine.write(`k${n}`, write(n, { tags: ['t'] }), undefined);
    let calls = 0;
    const counted = another({
      store: intercepted(store, ({ run }) => {
        calls += 1;
        return run();
      }),
    });
    await counted.invalidateTags(['t']);
    expect(calls).toBeLessThanOrEqual(3);
    expect(await engine.read('k7')).toBeUndefined();
    calls = 0;
    await counted.clear();
    expect(calls).toBe(1);
  });

  test('G8: a lost stamp is a miss, and does not come back', async () => {
    const { engine, store } = await rig();
    await engine.write('k', write('old', { tags: ['t'] }), undefined);
    await store.delete('test:s:t:t', {});
    expect(await engine.read('k')).toBeUndefined();
    await engine.write('other', write('new', { tags: ['t'] }), undefined);
    expect(await engine.read('k')).toBeUndefined();
    expect(await engine.get('other')).toBe('new');
  });

  test('G9: a tag lives as long as the longest of its entries, also of those that were touched', async () => {
    const { engine, clock } = await rig();
    await engine.write('brief', write(1, { tags: ['t'], life: { ttl: 1_000, grace: 0 } }), undefined);
    await engine.touch('brief', { ttl: 10 * HOUR, grace: 0 });
    await engine.write('kept', write(1, { tags: ['t'], life: { ttl: HOUR, grace: HOUR } }), undefined);
    clock.advance(HOUR);
    expect(await engine.acquire('kept', request())).toMatchObject({ status: 'lead', stale: { payload: 1 } });
    clock.advance(9 * HOUR - 1);
    expect(await engine.get('brief')).toBe(1);
    clock.advance(1);
    expect(await engine.read('brief')).toBeUndefined();
  });

  test('an update that keeps the tags is invalidated with them', async () => {
    const { engine } = await rig();
    const first = write(1, { tags: ['t'], life: { ttl: 100, grace: 7 } });
    await engine.write('k', first, undefined);
    const second = write(2, { life: 'keep', tags: 'keep' });
    await engine.write('k', second, { version: first.version });
    expect(await engine.read('k')).toMatchObject({ payload: 2, tags: ['t'] });
    await engine.invalidateTags(['t']);
    expect(await engine.read('k')).toBeUndefined();
  });

  test('what would be kept without an entry to keep it from is misuse', async () => {
    const { engine } = await rig();
    await expect(engine.write('k', write(1, { tags: 'keep' }), undefined)).rejects.toThrow(TypeError);
    await expect(engine.write('k', write(1, { life: 'keep', terms: ['x'] }), undefined)).rejects.toThrow(
      TypeError,
    );
  });

  test('tags and keys are only text: none of them can name another record', async () => {
    const { engine, another } = await rig();
    const strange = ['*', '#', 't:t', 's:*', '__proto__', 'constructor', 'e:k', ''];
    for (const key of strange)
      await engine.write(key, write(key, { tags: strange, terms: strange }), undefined);
    for (const key of strange) expect(await another().get(key)).toBe(key);
    for (const term of strange) expect(await engine.lookUp(term)).toHaveLength(strange.length);
    await engine.invalidateTags(['__proto__']);
    for (const key of strange) expect(await engine.read(key)).toBeUndefined();
  });
});

describe('what a clear leaves in the store', () => {
  test('G7: a scan deletes what nobody will see again', async () => {
    const { engine, store } = await rig();
    for (let n = 0; n < 5; n += 1) await engine.write(`k${n}`, write(n), undefined);
    await engine.clear();
    await engine.write('new', write('new'), undefined);
    const found: string[] = [];
    for await (const page of engine.scan(parseGlob('*'))) found.push(...page);
    expect(found).toEqual(['new']);
    expect(await keysIn(store)).toEqual(['test:e:new', 'test:s:*']);
  });

  test('G7: a look-up deletes what it comes across, and its index record', async () => {
    const { engine, store } = await rig();
    await engine.write('k', write(1, { terms: ['x'] }), undefined);
    await engine.clear();
    expect(await engine.lookUp('x')).toEqual([]);
    expect(await keysIn(store)).toEqual([]);
  });

  test('a record that somebody waits for is not deleted', async () => {
    const { engine } = await rig();
    const token = id();
    await engine.acquire('k', request({ token }));
    for await (const page of engine.scan(parseGlob('*'))) expect(page).toEqual([]);
    expect(await engine.commit('k', token, write(1))).toBe('stored');
  });
});

describe('index records', () => {
  test('G7: they forget members whose time has passed when a new one comes', async () => {
    const { engine, store, clock } = await rig();
    const brief = { ttl: 10, grace: 0 };
    await engine.write('forever', write(0, { terms: ['x'] }), undefined);
    for (let n = 0; n < 50; n += 1) {
      await engine.write(`k${n}`, write(n, { terms: ['x'], life: brief }), undefined);
      clock.advance(10);
    }
    const index = await store.get('test:i:x');
    expect(index?.data).toEqual({
      members: new Map([
        ['forever', Infinity],
        ['k49', clock.now()],
      ]),
    });
  });

  test('G7: they go with their last member', async () => {
    const { engine, store } = await rig();
    await engine.write('k', write(1, { terms: ['x', 'y'] }), undefined);
    await engine.editTerms('k', ['z'], ['x'], id());
    expect(await keysIn(store)).toEqual(['test:e:k', 'test:i:y', 'test:i:z', 'test:s:*']);
    await engine.remove('k');
    expect(await keysIn(store)).toEqual(['test:s:*']);
  });

  test('G7: a removal by term takes its entries and nothing else', async () => {
    const { engine } = await rig();
    await engine.write('a', write(1, { terms: ['x', 'y'] }), undefined);
    await engine.write('b', write(2, { terms: ['x'] }), undefined);
    await engine.write('c', write(3, { terms: ['y'] }), undefined);
    await engine.write('gone', write(3, { terms: ['x'] }), undefined);
    await engine.write('gone', write(4), undefined);
    expect(await engine.removeByTerm('x')).toBe(2);
    expect(await engine.lookUp('y')).toMatchObject([['c', { payload: 3 }]]);
    expect(await engine.get('gone')).toBe(4);
  });
});
