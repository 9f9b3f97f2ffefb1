import { until } from '@cache/test-servers/poll';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hygieneScene, type HygieneScene, type OpenCache } from './hygiene-scene.ts';

let scene: HygieneScene;
beforeAll(async () => {
  scene = await hygieneScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const NAMES = Array.from({ length: 300 }, (_, number) => `name ${number}`);

const REMOVALS: readonly (readonly [string, (at: OpenCache, name: string) => Promise<unknown>])[] = [
  ['tags', ({ cache }, name) => cache.invalidateTags([name])],
  ['terms', ({ cache }, name) => cache.deleteByIndex('team', name)],
];

async function fields({ namespace }: OpenCache): Promise<number> {
  return (await scene.server.command('HLEN', scene.marksOf(namespace))) as number;
}

const AGING = `
local marks = redis.call('HGETALL', KEYS[1])
for i = 1, #marks, 2 do
  if string.sub(marks[i], 2, 2) == ':' then
    redis.call('HSET', KEYS[1], marks[i], struct.pack('>c7I6', string.sub(marks[i + 1], 1, 7), 1))
  end
end
return 1`;

/** Lets the time pass until which the marks of names are to be remembered, so that no test has to wait for it. */
async function age({ namespace }: OpenCache): Promise<void> {
  await scene.server.command('EVAL', AGING, 1, scene.marksOf(namespace));
}

describe('G7: the marks of removed names', { timeout: 20_000 }, () => {
  test.concurrent.each(REMOVALS)(
    'are forgotten when what they concern has expired: %s',
    async (_, remove) => {
      const at = await scene.open();
      await at.cache.set('key', 'x');
      const before = await fields(at);
      await Promise.all(NAMES.map((name) => remove(at, name)));
      expect(await fields(at)).toBe(before + NAMES.length);
      await age(at);
      for (const [round, name] of NAMES.entries()) await remove(at, `${name} of later ${round % 4}`);
      const after = await fields(at);
      // Each removal looks at some marks and takes the dead ones along.
      expect(after).toBeLessThan(before + NAMES.length + NAMES.length / 3);
    },
  );

  test('that were forgotten end a load that began before them, rather than let it store', async () => {
    const at = await scene.open({ cache: { lease: '1h' } });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const begun = Promise.withResolvers<void>();
    const load = at.cache.getOrSet('key', () => {
      begun.resolve();
      return promise;
    });
    await begun.promise;
    await at.cache.deleteByIndex('team', 'red');
    await age(at);
    const mark = 'x:team=red';
    await until('its mark is forgotten', async () => {
      await at.cache.deleteByIndex('team', 'another');
      return (await scene.server.command('HEXISTS', scene.marksOf(at.namespace), mark)) === 0;
    });
    resolve({ team: 'red' });
    await load;
    expect(await at.cache.get('key')).toBeUndefined();
  });

  test.each(REMOVALS)(
    'are kept for no longer than the entries that they concern: %s',
    async (sort, remove) => {
      const at = await scene.open({ cache: { ttl: '1s' } });
      await at.cache.set('key', { team: 'red' }, { tags: ['tag'] });
      await remove(at, 'name');
      const field = sort === 'tags' ? 't:name' : 'x:team=name';
      using connection = await scene.server.connect({ encoding: 'latin1' });
      const mark = Buffer.from(
        (await connection.send('HGET', scene.marksOf(at.namespace), field)) as string,
        'latin1',
      );
      const [seconds] = (await scene.server.command('TIME')) as string[];
      // A second for the entry, a minute for loads that are running, and another for whatever rounds it up.
      expect(mark.readUIntBE(7, 6)).toBeLessThan(Number(seconds) * 1_000 + 121_000);
    },
  );

  test.each(REMOVALS)(
    'are forgotten though an entry lived for ever when they were made: %s',
    async (_, remove) => {
      const at = await scene.open();
      await at.cache.set('ever', 'x', { ttl: 'forever' });
      for (const name of NAMES.slice(0, 20)) await remove(at, name);
      await at.cache.delete('ever');
      using connection = await scene.server.connect({ encoding: 'latin1' });
      const endless = async (): Promise<number> => {
        const all = (await connection.send('HGETALL', scene.marksOf(at.namespace))) as string[];
        const marks = all.filter((_text, index) => index % 2 === 1 && /^[tx]:/.test(all[index - 1] ?? ''));
        return marks.filter((mark) => Buffer.from(mark, 'latin1').readUIntBE(7, 6) === 0).length;
      };
      // Each removal looks at some of them.
      await until('all have an end', async () => {
        await remove(at, 'again');
        return (await endless()) === 0;
      });
      expect(await endless()).toBe(0);
    },
  );
});
