/** Events: listeners hear what happened, observers of every operation, and they can harm nobody. */
import type { CacheEvents } from '../../events.ts';
import { demand, equal, refuses, rejection } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import type { KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';

const EVENTS: readonly (keyof CacheEvents)[] = [
  'hit',
  'miss',
  'write',
  'delete',
  'deleteGroup',
  'load',
  'loadError',
  'join',
  'wait',
  'update',
  'jitter',
  'late',
  'invalidate',
  'clear',
  'evict',
  'expire',
  'connection',
  'error',
];

const boom = new Error('boom');

/** Listeners that misbehave. */
const NUISANCES: Readonly<Record<string, (payload: object) => unknown>> = {
  throws: () => {
    throw boom;
  },
  rejects: () => Promise.reject(boom),
  'throws null': () => {
    // oxlint-disable-next-line typescript/only-throw-error -- listeners are other people's code
    throw null;
  },
  'rejects later': async () => {
    await Promise.resolve();
    throw boom;
  },
  'changes what it hears': (payload) => {
    try {
      Object.assign(payload, { key: 'spoilt', tags: [] });
    } catch {
      // A frozen payload is as good.
      return;
    }
  },
};

/** Operations that cause every event that operations cause. */
async function bustle(cache: KitCache<string>): Promise<void> {
  await cache.set('k', 'v', { tags: ['t'] });
  equal(await cache.get('k'), 'v', 'get');
  equal(await cache.get('absent'), undefined, 'get of an absent key');
  equal(await cache.update('k', (text) => `${String(text)}+`), 'v+', 'update');
  equal(await cache.getOrSet('loaded', () => 'l'), 'l', 'getOrSet');
  demand(
    (await rejection(
      cache.getOrSet('failing', () => Promise.reject(boom)),
      'a failing load',
    )) === boom,
    'the error of the loader was changed',
  );
  equal(await cache.getMany(['k', 'absent']), new Map([['k', 'v+']]), 'getMany');
  equal(await cache.delete('k'), true, 'delete');
  await cache.set('k', 'w', { tags: ['t'] });
  await cache.invalidateTags(['t']);
  equal(await cache.get('k'), undefined, 'get of what was invalidated');
  await cache.clear();
  const load = await holdLoad(cache, 'held');
  const joined = cache.getOrSet('held', () => 'again');
  load.finish('h');
  equal([await load.result, await joined], ['h', 'h'], 'a shared load');
}

export const events: Group = {
  name: 'events',
  guarantee:
    'A listener hears what happened, once, and nothing it does reaches an operation or another listener.',
  cases: [
    ...Object.entries(NUISANCES).map(([what, listener]): Case => ({
      name: `G13: a listener that ${what} harms nobody, on any event`,
      async run(h) {
        const cache = h.cache<string>();
        for (const event of EVENTS) cache.on(event, listener);
        const heard: string[] = [];
        for (const event of EVENTS) cache.on(event, () => void heard.push(event));
        await bustle(cache);
        await h.settle();
        for (const event of [
          'hit',
          'miss',
          'write',
          'delete',
          'load',
          'loadError',
          'update',
          'invalidate',
          'clear',
          'join',
          'wait',
        ]) {
          demand(heard.includes(event), `a listener beside it did not hear '${event}'`);
        }
      },
    })),
    {
      name: 'G13: what a listener throws is told to the listeners of errors',
      async run(h) {
        const cache = h.cache<string>();
        const told: unknown[] = [];
        cache.on('error', ({ error }) => void told.push(error));
        cache.on('write', () => {
          throw boom;
        });
        cache.on('hit', () => Promise.reject(boom) as unknown as void);
        await cache.set('k', 'v');
        await cache.get('k');
        await h.settle();
        demand(
          told.length === 2 && told.every((error) => error === boom),
          `what was told: ${told.length} errors`,
        );
      },
    },
    {
      name: 'G13: each event tells what happened, once',
      async run(h) {
        const cache = h.cache<string>();
        const heard: Record<string, unknown[]> = {};
        for (const event of EVENTS) {
          cache.on(event, (payload) => {
            (heard[event] ??= []).push(
              'key' in payload ? payload.key : 'tags' in payload ? payload.tags : '',
            );
          });
        }
        await bustle(cache);
        equal(
          {
            hit: heard['hit'],
            delete: heard['delete'],
            loadError: heard['loadError'],
            join: heard['join'],
            wait: heard['wait'],
            update: heard['update'],
            invalidate: heard['invalidate'],
            clear: heard['clear'],
          },
          {
            hit: ['k', 'k'],
            delete: ['k'],
            loadError: ['failing'],
            join: ['held'],
            wait: ['held'],
            update: ['k'],
            invalidate: [['t']],
            clear: [''],
          },
          'the keys and tags that were told',
        );
        equal(heard['load'], ['loaded', 'held'], 'the keys of loads');
        equal(heard['write'], ['k', 'k'], 'the keys of writes');
        equal(heard['error'], undefined, 'errors');
      },
    },
    {
      name: 'G3: whoever joined a load tells when it waits no more, and why',
      async run(h) {
        const cache = h.cache<string>();
        const told: unknown[] = [];
        cache.on('wait', ({ key, elsewhere, outcome, duration }) =>
          told.push([key, elsewhere, outcome, duration >= 0]),
        );
        const served = await holdLoad(cache, 'served');
        const joined = h.watch(cache, 'join');
        const controller = new AbortController();
        const calls = [
          cache.getOrSet('served', () => 'again'),
          rejection(
            cache.getOrSet('served', () => 'again', { signal: controller.signal }),
            'who left',
          ),
        ];
        await joined.arrivals(2);
        equal(told, [], 'what was told while they waited');
        controller.abort(boom);
        served.finish('s');
        await Promise.all(calls);
        const failed = await holdLoad(cache, 'failed');
        const refused = rejection(
          cache.getOrSet('failed', () => 'again'),
          'a call that joined',
        );
        await joined.arrivals(3);
        failed.fail(boom);
        await refused;
        equal(
          told,
          [
            ['served', false, 'left', true],
            ['served', false, 'served', true],
            ['failed', false, 'failed', true],
          ],
          'what was told',
        );
      },
    },
    {
      name: 'G9: by how much jitter shortens a life is told',
      async run(h) {
        const cache = h.cache<string>({ ttl: 100 * h.unit, jitter: 0.5 });
        const told: { readonly ttl: number; readonly shortened: number }[] = [];
        cache.on('jitter', (payload) => void told.push(payload));
        await cache.set('k', 'v');
        await cache.set('l', 'v', { jitter: 0 });
        equal(told.length, 1, 'how often it was told');
        const { ttl, shortened } = told[0] as (typeof told)[number];
        equal(ttl, 100 * h.unit, 'the life before');
        demand(shortened > 0, 'nothing was taken off');
        equal((await cache.getMetadata('k'))?.ttl, ttl - shortened, 'the life that is left');
      },
    },
    {
      name: 'G5: an update tells how many calls wait behind its group',
      async run(h) {
        const cache = h.cache<number>();
        const told: { readonly calls: number; readonly waiting: number }[] = [];
        cache.on('update', (payload) => void told.push(payload));
        await Promise.all(Array.from({ length: 200 }, () => cache.update('k', (n = 0) => n + 1)));
        let left = 200;
        for (const { calls, waiting } of told) equal(waiting, (left -= calls), 'the calls that wait');
        equal(left, 0, 'the calls that were never written');
      },
    },
    {
      name: 'G13: an observer sees how many loaders run',
      async run(h) {
        const cache = h.cache<string>();
        let running = (): number => -1;
        cache.observe(({ counts }) => {
          running = () => counts.loading;
          return undefined;
        });
        equal(running(), 0, 'before');
        const loads = [await holdLoad(cache, 'k'), await holdLoad(cache, 'l')];
        equal(running(), 2, 'while two run');
        loads[0]?.finish('v');
        loads[1]?.fail(boom);
        await Promise.allSettled(loads.map(({ result }) => result));
        equal(running(), 0, 'afterwards');
      },
    },
    {
      name: 'G13: no event carries a value',
      async run(h) {
        const cache = h.cache<string>();
        const secret = 'a value that nobody should see';
        const payloads: unknown[] = [];
        for (const event of EVENTS) cache.on(event, (payload) => void payloads.push(payload));
        await cache.set('k', secret);
        await cache.get('k');
        await cache.getOrSet('l', () => secret);
        await cache.update('k', () => `${secret}!`);
        await cache.getAndDelete('k');
        demand(payloads.length > 4, 'too few events were told');
        demand(!JSON.stringify(payloads).includes(secret), 'an event carries the value');
      },
    },
    {
      name: 'G13: a listener that was stopped hears nothing more, and its twin goes on',
      async run(h) {
        const cache = h.cache<string>();
        let count = 0;
        const listener = (): void => {
          count += 1;
        };
        const stop = cache.on('write', listener);
        cache.on('write', listener);
        await cache.set('k', 'v');
        equal(count, 2, 'calls of the listener that listens twice');
        stop();
        stop();
        await cache.set('k', 'v');
        equal(count, 3, 'calls after one was stopped');
      },
    },
    {
      name: 'G13: a listener may stop itself, or start others, while it is called',
      async run(h) {
        const cache = h.cache<string>();
        const heard: string[] = [];
        const stop = cache.on('write', () => {
          heard.push('once');
          stop();
          cache.on('write', () => void heard.push('new'));
        });
        cache.on('write', () => void heard.push('other'));
        await cache.set('k', 'v');
        await cache.set('k', 'v');
        equal(heard.toSorted(), ['new', 'once', 'other', 'other'], 'what was heard');
      },
    },
    {
      name: 'G13: an observer is told of every operation and how it ended, once, in namespaces too',
      async run(h) {
        const cache = h.cache<string>();
        const told: string[] = [];
        const stop = cache.observe(({ path }) => {
          const place = path.at(-1) === 'inner' ? 'inner' : 'outer';
          return {
            read: (name, key, isHit) => void told.push(`${place} ${name} ${key} ${isHit ? 'hit' : 'miss'}`),
            begin: ({ key }) => key,
            end: ({ name }, { outcome }, key) => void told.push(`${place} ${name} ${String(key)} ${outcome}`),
          };
        });
        const inner = cache.namespace('inner');
        await cache.set('k', 'v');
        await cache.get('k');
        await cache.get('absent');
        await cache.getOrSet('k', () => 'w');
        await cache.getOrSet('l', () => 'w');
        await cache.setIfNotExists('k', 'v');
        await rejection(
          cache.getOrSet('f', () => Promise.reject(boom)),
          'a failing load',
        );
        await inner.get('k');
        await cache.delete('k');
        equal(
          told,
          [
            'outer set k done',
            'outer get k hit',
            'outer get absent miss',
            'outer getOrSet k hit',
            'outer getOrSet l loaded',
            'outer setIfNotExists k unchanged',
            'outer getOrSet f failed',
            'inner get k miss',
            'outer delete k done',
          ],
          'what the observer was told',
        );
        stop();
        await cache.get('l');
        await inner.get('l');
        equal(told.length, 9, 'what it was told when it was stopped');
      },
    },
    {
      name: 'G13: reads of which no observer wants to be told are counted, and nothing is told twice',
      async run(h) {
        const cache = h.cache<string>();
        const told: string[] = [];
        const timed: string[] = [];
        let reads = (): readonly number[] => [];
        const stop = cache.observe(({ counts }) => {
          reads = () => {
            const { hits, misses, loadHits, getsInFlight, loadsInFlight } = counts.reads;
            return [hits, misses, loadHits, getsInFlight, loadsInFlight];
          };
          return {
            timed: (name, isHit, duration, weight) =>
              void timed.push(`${name} ${String(isHit)} ${String(duration >= 0 && weight >= 1)}`),
            begin: () => 'begun',
            end: ({ name, key }, { outcome }, begun) =>
              void told.push(`${name} ${String(key)} ${outcome} ${String(begun)}`),
          };
        });
        await cache.set('k', 'v');
        for (let n = 0; n < 3; n += 1) await cache.get('k');
        for (let n = 0; n < 2; n += 1) await cache.get('absent');
        await cache.getOrSet('k', () => 'w');
        const load = await holdLoad(cache, 'l');
        equal(reads(), [3, 2, 1, 0, 1], 'hits, misses and hits of getOrSet, and what is in flight');
        load.finish('v');
        await load.result;
        await refuses(() => cache.get(''), 'get of no key');
        await rejection(cache.get('k', { signal: AbortSignal.abort(boom) }), 'get of one who has left');
        equal(reads(), [3, 2, 1, 0, 0], 'what was counted');
        equal(
          told,
          ['set k done begun', 'getOrSet l loaded begun', 'get  failed begun', 'get k failed begun'],
          'what was told',
        );
        demand(
          timed.every((each) => /^(get (true|false)|getOrSet true) true$/.test(each)),
          `what was timed: ${timed.join()}`,
        );
        // Beside one who wants to be told of each, all are told as ever.
        cache.observe(() => ({
          read: (name, key, isHit) => void told.push(`read ${name} ${key} ${String(isHit)}`),
          begin: () => undefined,
          end: () => undefined,
        }));
        const before = told.length;
        await cache.get('k');
        const [hits = 0] = reads();
        const ended = told.slice(before).filter((each) => each === 'get k hit begun').length;
        equal(hits + ended, 4, 'hits that the first observer knows of');
        stop();
      },
    },
    {
      name: 'G13: an observer that throws or rejects harms nobody',
      async run(h) {
        const cache = h.cache<string>();
        const fails = (): never => {
          throw boom;
        };
        cache.observe(fails);
        cache.observe(() => ({ read: fails, begin: fails, end: fails, close: fails }));
        // As an async function in the place of one that gives nothing.
        const rejects = (() => Promise.reject(boom)) as () => never;
        cache.observe(() => ({ read: rejects, begin: rejects, end: rejects, close: rejects }));
        const counting = h.cache<string>({}, 'counting');
        counting.observe(() => ({ timed: fails, begin: fails, end: fails, close: fails }));
        counting.observe(() => ({ timed: rejects, begin: rejects, end: rejects, close: rejects }));
        await bustle(counting);
        for (let n = 0; n < 128; n += 1) await counting.get('loaded');
        const errors: unknown[] = [];
        cache.on('error', ({ error }) => void errors.push(error));
        await bustle(cache);
        demand(errors.length > 0, 'nobody was told');
        demand(
          errors.every((error) => error === boom),
          'something else failed',
        );
      },
    },
    {
      name: 'G13: an event that does not exist, and a listener that is none, are refused',
      async run(h) {
        const cache = h.cache<string>();
        for (const event of ['set', 'constructor', '__proto__', '']) {
          await refuses(() => cache.on(event as 'hit', () => undefined), `on('${event}')`);
        }
        await refuses(() => cache.on('hit', undefined as unknown as () => void), 'no listener');
      },
    },
  ],
};
