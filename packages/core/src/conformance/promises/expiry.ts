/** Expiry: an entry is fresh for its ttl and not longer, and nothing makes its life shorter than was asked for but jitter. */
import { entry, type Ttl } from '../../api.ts';
import { demand, equal, refuses } from '../assert.ts';
import type { Engine } from '../../engine.ts';
import { idOf, leaseOf, writeOf } from '../engine-requests.ts';
import type { Case, Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';
import { show } from '../show.ts';

const DAY = 86_400_000;

/** Every way to store a value with a ttl. */
const WRITES: Readonly<Record<string, (cache: KitCache<string>, ttl: Ttl) => Promise<unknown>>> = {
  set: (cache, ttl) => cache.set('k', 'v', { ttl }),
  setIfNotExists: (cache, ttl) => cache.setIfNotExists('k', 'v', { ttl }),
  setIfExists: async (cache, ttl) => {
    await cache.set('k', 'first', { ttl: 'forever' });
    return cache.setIfExists('k', 'v', { ttl });
  },
  compareAndSet: async (cache, ttl) => {
    const { version } = await cache.set('k', 'first', { ttl: 'forever' });
    return cache.compareAndSet('k', version, 'v', { ttl });
  },
  setMany: (cache, ttl) => cache.setMany([['k', 'v']], { ttl }),
  warm: (cache, ttl) => cache.warm([['k', 'v']], { ttl }),
  getOrSet: (cache, ttl) => cache.getOrSet('k', () => 'v', { ttl }),
  'a loader that chooses': (cache, ttl) => cache.getOrSet('k', () => entry('v', { ttl }), { ttl: '30d' }),
  getOrSetMany: (cache, ttl) => cache.getOrSetMany(['k'], () => new Map([['k', 'v']]), { ttl }),
  update: (cache, ttl) => cache.update('k', () => 'v', { ttl }),
  'update of an entry': async (cache, ttl) => {
    await cache.set('k', 'first', { ttl: 'forever' });
    return cache.update('k', () => 'v', { ttl });
  },
  'an updater that chooses': async (cache, ttl) => {
    await cache.set('k', 'first', { ttl: 'forever' });
    return cache.update('k', () => entry('v', { ttl }), { ttl: '30d' });
  },
  touch: async (cache, ttl) => {
    await cache.set('k', 'v', { ttl: '30d' });
    return cache.touch('k', ttl);
  },
};

export const expiry: Group = {
  name: 'expiry',
  guarantee:
    "An entry is fresh until its ttl has passed, exact to the provider's precision; jitter only shortens it, and grace never does.",
  cases: [
    ...Object.entries(WRITES).map(([how, write]): Case => ({
      name: `G9: what ${how} stored is fresh for its ttl and no longer`,
      async run(h) {
        const cache = h.cache<string>({ ttl: 'forever' });
        await write(cache, 2 * h.unit);
        await almost(h, 2 * h.unit);
        equal(await cache.get('k'), 'v', 'get before the ttl has passed');
        await h.runOut(h.exactTime ? 1 : 2 * h.unit);
        equal(await cache.get('k'), undefined, 'get when the ttl has passed');
        equal(await cache.has('k'), false, 'has when the ttl has passed');
      },
    })),
    {
      name: 'G9: a counter is fresh for its ttl and no longer',
      async run(h) {
        const cache = h.cache<number>();
        await cache.increment('k', 1, { ttl: h.unit });
        await almost(h, h.unit);
        equal(await cache.get('k'), 1, 'get before the ttl has passed');
        await h.runOut(h.exactTime ? 1 : h.unit);
        equal(await cache.get('k'), undefined, 'get when the ttl has passed');
        equal(await cache.increment('k'), 1, 'increment when the ttl has passed');
      },
    },
    {
      name: "G9: a write without a ttl gets the cache's",
      async run(h) {
        const cache = h.cache<string>({ ttl: h.unit });
        await cache.set('set', 'v');
        await cache.getOrSet('loaded', () => 'v');
        await cache.update('updated', () => 'v');
        for (const key of ['set', 'loaded', 'updated'])
          equal((await cache.getMetadata(key))?.ttl, h.unit, `the ttl of '${key}'`);
        await h.runOut(h.unit);
        equal(
          await cache.getMany(['set', 'loaded', 'updated']),
          new Map(),
          'getMany when the ttl has passed',
        );
      },
    },
    {
      name: 'G9: each write starts its own life',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'short', { ttl: h.unit });
        await cache.set('k', 'long', { ttl: 20 * h.unit });
        await h.runOut(2 * h.unit);
        equal(await cache.get('k'), 'long', 'a longer life after a shorter one');
        await cache.set('k', 'short', { ttl: h.unit });
        await h.runOut(h.unit);
        equal(await cache.get('k'), undefined, 'a shorter life after a longer one');
      },
    },
    {
      name: 'G9: touch starts a new life, longer or shorter',
      async run(h) {
        const cache = h.cache<string>({ ttl: 20 * h.unit });
        await cache.set('k', 'v', { ttl: h.unit });
        equal(await cache.touch('k', 20 * h.unit), true, 'touch');
        await h.runOut(2 * h.unit);
        equal(await cache.get('k'), 'v', 'get after the first life');
        equal(await cache.touch('k', h.unit), true, 'touch again');
        await h.runOut(h.unit);
        equal(await cache.get('k'), undefined, 'get after the shorter life');
        equal(await cache.touch('k', h.unit), false, 'touch of what has expired');
      },
    },
    {
      name: "G9: touch without a ttl gives the cache's, and leaves version, value and tags",
      async run(h) {
        const cache = h.cache<string>({ ttl: 20 * h.unit });
        const { version } = await cache.set('k', 'v', { ttl: h.unit, tags: ['t'] });
        equal(await cache.touch('k'), true, 'touch');
        const metadata = await cache.getMetadata('k');
        const { ttl = 0 } = metadata ?? {};
        demand(ttl >= 20 * h.unit && ttl < 21 * h.unit, `the ttl is ${ttl}`);
        equal(metadata?.version, version, 'the version');
        equal(metadata?.tags, ['t'], 'the tags');
        await cache.invalidateTags(['t']);
        equal(await cache.has('k'), false, 'has after its tag was invalidated');
      },
    },
    {
      name: 'G9: expire makes an entry stale at once, once',
      async run(h) {
        const cache = h.cache<string>();
        await cache.set('k', 'v');
        equal(await cache.expire('k'), true, 'expire');
        equal(await cache.get('k'), undefined, 'get');
        equal(await cache.expire('k'), false, 'expire again');
        equal(await cache.getOrSet('k', () => 'new'), 'new', 'getOrSet');
        equal(await cache.get('k'), 'new', 'get after the load');
      },
    },
    {
      name: "G9: 'forever' does not expire",
      async run(h) {
        const cache = h.cache<string>({ ttl: h.unit });
        await cache.set('k', 'v', { ttl: 'forever' });
        equal((await cache.getMetadata('k'))?.expiresAt, Infinity, 'expiresAt');
        await h.pass(h.exactTime ? 3_650 * DAY : 2 * h.unit);
        equal(await cache.get('k'), 'v', 'get much later');
      },
    },
    {
      name: 'G9: 30 days are 30 days',
      async run(h) {
        const cache = h.cache<string>({ ttl: '30d' });
        await cache.set('k', 'v');
        await cache.set('text', 'v', { ttl: '720h' });
        await cache.set('number', 'v', { ttl: 30 * DAY });
        for (const key of ['k', 'text', 'number'])
          equal((await cache.getMetadata(key))?.ttl, 30 * DAY, `the ttl of '${key}'`);
        if (h.exactTime) await h.pass(30 * DAY - 1);
        else await h.pass(h.unit);
        for (const key of ['k', 'text', 'number'])
          equal(await cache.get(key), 'v', `get('${key}') before 30 days`);
        if (!h.exactTime) return;
        await h.runOut(1);
        for (const key of ['k', 'text', 'number'])
          equal(await cache.get(key), undefined, `get('${key}') after 30 days`);
      },
    },
    {
      name: 'G9: what is no positive, finite duration is refused by name, wherever a ttl can be given',
      async run(h) {
        const cache = h.cache<number>();
        await cache.set('k', 1);
        for (const ttl of [
          0,
          -1,
          Number.NaN,
          Infinity,
          -Infinity,
          '5 parsecs',
          '',
          '0s',
          '-1s',
          '1e3',
          's',
          '1 s',
          null,
          {},
          true,
        ]) {
          const given = ttl as Ttl;
          await refuses(() => cache.set('k', 2, { ttl: given }), `set with ttl ${show(ttl)}`, 'ttl');
          await refuses(
            () => cache.setIfNotExists('n', 2, { ttl: given }),
            `setIfNotExists with ttl ${show(ttl)}`,
            'ttl',
          );
          await refuses(
            () => cache.setMany([['n', 2]], { ttl: given }),
            `setMany with ttl ${show(ttl)}`,
            'ttl',
          );
          await refuses(() => cache.touch('k', given), `touch with ttl ${show(ttl)}`, 'ttl');
          await refuses(
            () => cache.update('n', () => 2, { ttl: given }),
            `update with ttl ${show(ttl)}`,
            'ttl',
          );
          await refuses(
            () => cache.increment('k', 1, { ttl: given }),
            `increment with ttl ${show(ttl)}`,
            'ttl',
          );
          await refuses(
            () => cache.getOrSet('n', () => 2, { ttl: given }),
            `getOrSet with ttl ${show(ttl)}`,
            'ttl',
          );
          await refuses(
            () => cache.getOrSet('n', () => entry(2, { ttl: given })),
            `a loader that chooses ttl ${show(ttl)}`,
            'ttl',
          );
          await refuses(
            () => cache.update('n', () => entry(2, { ttl: given })),
            `an updater that chooses ttl ${show(ttl)}`,
            'ttl',
          );
          await refuses(() => h.peer().cache({ ttl: given }), `a cache with ttl ${show(ttl)}`, 'ttl');
        }
        equal(await cache.get('k'), 1, 'the entry that was there');
        equal(await cache.has('n'), false, 'whether anything was stored');
      },
    },
    {
      name: 'G9: jitter only shortens, by at most its fraction',
      async run(h) {
        const cache = h.cache<string>({ jitter: 0.5, ttl: 1_000_000 });
        const lives: number[] = [];
        for (let n = 0; n < 200; n += 1) {
          await cache.set(`k${n}`, 'v');
          lives.push((await cache.getMetadata(`k${n}`))?.ttl ?? 0);
        }
        demand(
          lives.every((ttl) => ttl >= 500_000 && ttl <= 1_000_000),
          `lives from ${Math.min(...lives)} to ${Math.max(...lives)}`,
        );
        demand(new Set(lives).size > 100, `only ${new Set(lives).size} different lives of 200`);
        demand(
          Math.min(...lives) < 600_000 && Math.max(...lives) > 900_000,
          'jitter does not use its whole fraction',
        );
        await cache.set('exact', 'v', { jitter: 0 });
        equal((await cache.getMetadata('exact'))?.ttl, 1_000_000, 'the ttl of a write without jitter');
      },
    },
    {
      name: 'G9: jitter never applies to touch and counters',
      async run(h) {
        const cache = h.cache<number>({ jitter: 1, ttl: 1_000_000 });
        for (let n = 0; n < 20; n += 1) {
          await cache.increment(`c${n}`);
          equal((await cache.getMetadata(`c${n}`))?.ttl, 1_000_000, 'the ttl of a counter');
          await cache.touch(`c${n}`, 2_000_000);
          // Counted from the creation, which is a moment ago where time is real.
          const { ttl = 0 } = (await cache.getMetadata(`c${n}`)) ?? {};
          demand(ttl >= 2_000_000 && ttl < 2_000_000 + h.unit, `the ttl after touch is ${ttl}`);
        }
      },
    },
    {
      name: 'G9: an expired entry can be replaced by every condition on absence, and by no condition on presence',
      async run(h) {
        const cache = h.cache<string>();
        const { version } = await cache.set('k', 'old', { ttl: h.unit });
        await h.runOut(h.unit);
        equal(await cache.compareAndSet('k', version, 'no'), false, 'compareAndSet with its version');
        equal(await cache.setIfExists('k', 'no'), false, 'setIfExists');
        equal(await cache.setIfNotExists('k', 'new'), true, 'setIfNotExists');
        equal(await cache.get('k'), 'new', 'get');
      },
    },
    {
      name: 'G9: grace makes no entry fresh for longer, and none for shorter',
      async run(h) {
        const engine = await h.engine();
        for (const grace of [0, 1, 10 * h.unit, Infinity]) {
          const key = `grace ${grace}`;
          await engine.write(key, writeOf(key, { life: { ttl: 2 * h.unit, grace } }), undefined);
          await almost(h, 2 * h.unit);
          equal(await engine.get(key), 1, `get before the ttl has passed, with grace ${grace}`);
          await h.runOut(h.exactTime ? 1 : 2 * h.unit);
          equal(await engine.get(key), undefined, `get when the ttl has passed, with grace ${grace}`);
        }
      },
    },
    {
      name: 'G9: in its grace an entry is absent, and is told as stale to whoever may load it',
      async run(h) {
        const engine = await h.engine();
        await engine.write('k', writeOf('first', { life: { ttl: h.unit, grace: 20 * h.unit } }), undefined);
        await h.runOut(h.unit);
        equal(await engine.read('k'), undefined, 'read');
        equal(await staleOf(engine, 'k', 'one'), idOf('first'), 'the version of the stale entry');
        await engine.release('k', idOf('one'), undefined);
        equal(
          (await engine.write('k', writeOf('no', { life: { ttl: h.unit, grace: 0 } }), 'present')).status,
          'refused',
          "a write with 'present'",
        );
        equal(
          (
            await engine.write('k', writeOf('no', { life: { ttl: h.unit, grace: 0 } }), {
              version: idOf('first'),
            })
          ).status,
          'refused',
          'a write with its version',
        );
        equal(await engine.touch('k', { ttl: h.unit, grace: 0 }), false, 'touch');
        await h.runOut(20 * h.unit);
        equal(await staleOf(engine, 'k', 'two'), undefined, 'the stale entry after its grace');
      },
    },
    {
      name: 'G9: expire starts the grace of an entry that has one, and ends its freshness',
      async run(h) {
        const engine = await h.engine();
        await engine.write(
          'k',
          writeOf('first', { life: { ttl: 100 * h.unit, grace: 10 * h.unit } }),
          undefined,
        );
        equal(await engine.expire('k'), true, 'expire');
        equal(await engine.get('k'), undefined, 'get');
        equal(await staleOf(engine, 'k', 'one'), idOf('first'), 'the version of the stale entry');
        await engine.release('k', idOf('one'), undefined);
        await h.runOut(10 * h.unit);
        equal(await staleOf(engine, 'k', 'two'), undefined, 'the stale entry after its grace');
      },
    },
    {
      name: 'G9: an entry that a process wrote expires for the others at the same time',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        await cache.set('k', 'v', { ttl: 2 * h.unit });
        await almost(h, 2 * h.unit);
        equal(await other.get('k'), 'v', 'get before the ttl has passed');
        await h.runOut(h.exactTime ? 1 : 2 * h.unit);
        equal(await other.get('k'), undefined, 'get when the ttl has passed');
      },
    },
  ],
};

/** Lets all but the last millisecond of `ttl` pass where time can be told exactly, half of it elsewhere. */
function almost(h: Harness, ttl: number): Promise<void> {
  return h.pass(h.exactTime ? ttl - 1 : ttl / 2);
}

/** The version of the stale entry that a load of `key` under `token` is given. */
async function staleOf(engine: Engine, key: string, token: string): Promise<string | undefined> {
  const acquired = await engine.acquire(key, leaseOf(token));
  return acquired.status === 'lead' ? acquired.stale?.version : `not a lead but ${acquired.status}`;
}
