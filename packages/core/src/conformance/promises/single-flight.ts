/** Single-flight: one loader for a key, however many ask. */
import { CacheError, isCacheError } from '../../errors.ts';
import { gate } from '../../testing/gate.ts';
import { demand, equal, rejection, rejectsWith } from '../assert.ts';
import type { Case, Group } from '../group.ts';
import { holdLoad } from '../held-load.ts';

const boom = new Error('boom');

/** Every way in which a loader can fail, and what its callers must get. */
const FAILURES: Readonly<
  Record<string, { readonly loader: () => never | Promise<never>; readonly error: unknown }>
> = {
  rejects: { loader: () => Promise.reject(boom), error: boom },
  'throws before it gives a promise': {
    loader: () => {
      throw boom;
    },
    error: boom,
  },
  'throws null': {
    loader: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- loaders are other people's code
      throw null;
    },
    error: null,
  },
  'rejects with undefined': {
    // oxlint-disable-next-line unicorn/no-useless-promise-resolve-reject, prefer-promise-reject-errors -- loaders are other people's code
    loader: () => Promise.reject(undefined),
    error: undefined,
  },
};

export const singleFlight: Group = {
  name: 'single-flight',
  guarantee:
    'However many callers in however many processes miss a key, its loader runs once, and all of them share the outcome, errors included.',
  cases: [
    {
      name: 'G3: 100 callers of a missing key share one load',
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'k');
        let others = 0;
        const callers = Array.from({ length: 99 }, () =>
          cache.getOrSet('k', () => {
            others += 1;
            return 'loaded again';
          }),
        );
        await joined.arrivals(99);
        load.finish('loaded');
        const values = await Promise.all([load.result, ...callers]);
        equal(
          values,
          Array.from({ length: 100 }, () => 'loaded'),
          'what the callers got',
        );
        equal(others, 0, 'runs of the other loaders');
        equal(await cache.get('k'), 'loaded', 'get');
        const { loads, joins } = await cache.stats();
        equal([loads, joins], [1, 99], 'loads and joins in the statistics');
      },
    },
    {
      name: 'G3: callers in several processes share one load',
      async run(h) {
        const load = await holdLoad(h.cache<string>(), 'k');
        let others = 0;
        const waiting = [1, 2].map(async () => {
          const cache = h.peer().cache<string>();
          const joined = h.watch(cache, 'join');
          const calls = Array.from({ length: 10 }, () =>
            cache.getOrSet('k', () => {
              others += 1;
              return 'loaded again';
            }),
          );
          await joined.arrivals(10);
          return calls;
        });
        const calls = (await Promise.all(waiting)).flat();
        load.finish('loaded');
        await h.passUntil(Promise.all(calls));
        equal(
          await Promise.all([load.result, ...calls]),
          Array.from({ length: 21 }, () => 'loaded'),
          'what the callers got',
        );
        equal(others, 0, 'runs of the other loaders');
      },
    },
    {
      name: 'G3: a hit runs no loader, in any process',
      async run(h) {
        const cache = h.cache<string | null>();
        const other = h.peer().cache<string | null>();
        await cache.set('k', 'here');
        await cache.set('null', null);
        const never = (): never => {
          throw new Error('the loader of a fresh key ran');
        };
        for (const each of [cache, other]) {
          equal(await each.getOrSet('k', never), 'here', 'a hit');
          equal(await each.getOrSet('null', never), null, 'a hit of null');
        }
      },
    },
    {
      name: 'G3: a call that comes when the load is done finds its value',
      async run(h) {
        const cache = h.cache<number>();
        let runs = 0;
        for (let n = 0; n < 10; n += 1) equal(await cache.getOrSet('k', () => (runs += 1)), 1, `call ${n}`);
        equal(runs, 1, 'runs of the loader');
      },
    },
    {
      name: 'G3: loads of different keys do not wait for each other',
      async run(h) {
        const cache = h.cache<string>();
        const first = await holdLoad(cache, 'first');
        const second = await holdLoad(cache, 'second');
        second.finish('2');
        equal(await second.result, '2', 'the load that began later');
        equal(await cache.get('other'), undefined, 'get of a third key');
        first.finish('1');
        equal(await first.result, '1', 'the load that began first');
      },
    },
    ...Object.entries(FAILURES).map(([how, { loader, error }]): Case => ({
      name: `G3: a loader that ${how} rejects its caller with just that, and leaves nothing behind`,
      async run(h) {
        const cache = h.cache<string>();
        for (const round of [1, 2])
          equal(
            await rejection(cache.getOrSet('k', loader), `call ${round}`),
            error,
            `the error of call ${round}`,
          );
        equal(await cache.has('k'), false, 'has');
        equal(await cache.getOrSet('k', () => 'recovered'), 'recovered', 'the next load');
      },
    })),
    {
      name: 'G3: those who wait for a failing load get its error, the very object',
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'k');
        const callers = Array.from({ length: 10 }, () => cache.getOrSet('k', () => 'loaded again'));
        const outcomes = Promise.allSettled(callers);
        await joined.arrivals(10);
        load.fail(boom);
        demand(
          (await rejection(load.result, 'the leading call')) === boom,
          'the leading call got another error',
        );
        for (const outcome of await outcomes) {
          demand(
            outcome.status === 'rejected' && outcome.reason === boom,
            'a waiting call did not get the error of the loader',
          );
        }
        equal(await cache.getOrSet('k', () => 'recovered'), 'recovered', 'the next load');
      },
    },
    {
      name: 'G3: whoever joins a load is told its name, which its loader was told, in every process',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        const door = gate();
        const names: string[] = [];
        const led = cache.getOrSet('k', async ({ load }) => {
          names.push(load);
          await door.pass();
          return 'v';
        });
        await door.arrivals();
        const joins: string[] = [];
        for (const each of [cache, other]) {
          const joined = h.watch(each, 'join');
          each.on('join', ({ load }) => void joins.push(load));
          names.push(names[0] as string);
          const waiting = each.getOrSet('k', () => 'not loaded');
          waiting.catch(() => undefined);
          await joined.arrivals();
        }
        door.open();
        equal(await led, 'v', 'the load');
        equal(joins, names.slice(1), 'the names that were told');
        demand(joins[0] !== '', 'the name is empty');
      },
    },
    {
      name: 'G3: those who wait in another process hear that the load failed, and why',
      async run(h) {
        const cache = h.cache<string>();
        const other = h.peer().cache<string>();
        const joined = h.watch(other, 'join');
        const load = await holdLoad(cache, 'k');
        const waiting = other.getOrSet('k', () => 'loaded elsewhere');
        waiting.catch(() => undefined);
        await joined.arrivals();
        load.fail(boom);
        demand(
          (await rejection(load.result, 'the leading call')) === boom,
          'the leading call got another error',
        );
        await h.passUntil(waiting);
        const error = await rejectsWith('LOADER_FAILED_ELSEWHERE', waiting, 'the waiting call');
        demand(error.message.includes('boom'), `the message of the loader is not in: ${error.message}`);
        equal(await other.getOrSet('k', () => 'recovered'), 'recovered', 'the next load');
      },
    },
    {
      name: 'G3: a failing loader with 20 staggered callers never runs twice at once',
      async run(h) {
        const cache = h.cache<string>();
        let running = 0;
        let most = 0;
        let runs = 0;
        let step = gate();
        const loader = async (): Promise<string> => {
          runs += 1;
          running += 1;
          most = Math.max(most, running);
          await step.pass();
          running -= 1;
          throw boom;
        };
        for (let round = 0; round < 5; round += 1) {
          const callers = [0, 1, 2, 3].map((n) =>
            rejection(cache.getOrSet('k', loader), `caller ${n} of round ${round}`),
          );
          await step.arrivals();
          step.open();
          // The gate stays open until all are through: where a store takes its time, one of them may come too late to join, and loads again.
          const errors = Promise.all(callers);
          await h.passUntil(errors);
          for (const error of await errors) demand(error === boom, 'a caller got another error');
          step = gate();
        }
        equal(most, 1, 'the most loaders at once');
        demand(runs >= 5 && runs <= 20, `the loader ran ${runs} times`);
      },
    },
    {
      name: 'G3: the hard timeout rejects all 8 callers, and never lets two live loaders run',
      async run(h) {
        const cache = h.cache<string>({ timeout: 2 * h.unit });
        const joined = h.watch(cache, 'join');
        let live = 0;
        let most = 0;
        let runs = 0;
        const loader = ({ signal }: { readonly signal: AbortSignal }): Promise<string> => {
          runs += 1;
          live += 1;
          most = Math.max(most, live);
          signal.addEventListener('abort', () => (live -= 1), { once: true });
          return new Promise(() => undefined);
        };
        const callers = Array.from({ length: 8 }, () => cache.getOrSet('k', loader));
        const outcomes = Promise.allSettled(callers);
        await joined.arrivals(7);
        await h.runOut(2 * h.unit);
        for (const outcome of await outcomes) {
          demand(
            outcome.status === 'rejected' && isCacheError(outcome.reason, 'LOADER_TIMEOUT'),
            'a caller was not rejected with LOADER_TIMEOUT',
          );
        }
        equal(most, 1, 'the most live loaders at once');
        equal(live, 0, 'the loaders whose signal has not fired');
        demand(runs === 1, `the loader ran ${runs} times`);
        // A loader that does not listen to its signal loses its key all the same.
        const next = cache.getOrSet('k', () => 'recovered', { timeout: 100 * h.unit });
        await h.passUntil(next);
        equal(await next, 'recovered', 'the next load');
      },
    },
    {
      name: "G3: a call's own timeout counts, and a loader that comes back much later can no longer store",
      async run(h) {
        const cache = h.cache<string>({ lease: 2 * h.unit });
        const load = await holdLoad(cache, 'k', { timeout: h.unit });
        equal(load.signal.aborted, false, "the loader's signal before the timeout");
        await h.runOut(h.unit);
        await rejectsWith('LOADER_TIMEOUT', load.result, 'the call');
        equal(load.signal.aborted, true, "the loader's signal after the timeout");
        await h.runOut(2 * h.unit);
        equal(await cache.getOrSet('k', () => 'new'), 'new', 'a call when the lease has ended');
        load.finish('too late');
        await h.settle();
        equal(await cache.get('k'), 'new', 'get');
      },
    },
    {
      name: 'G3: whoever comes while a loader is late waits for it, no longer than its own timeout',
      async run(h) {
        const cache = h.cache<string>({ lease: 20 * h.unit });
        const load = await holdLoad(cache, 'k', { timeout: h.unit });
        await h.runOut(h.unit);
        await rejectsWith('LOADER_TIMEOUT', load.result, 'the call');
        const joined = h.watch(cache, 'join');
        let ran = false;
        const again = (): string => {
          ran = true;
          return 'second loader';
        };
        const impatient = rejection(
          cache.getOrSet('k', again, { timeout: 2 * h.unit }),
          'the impatient call',
        );
        const patient = cache.getOrSet('k', again, { timeout: 10 * h.unit });
        await joined.arrivals(2);
        await h.runOut(2 * h.unit);
        demand(
          isCacheError(await impatient, 'LOADER_TIMEOUT'),
          'the impatient call was not rejected with LOADER_TIMEOUT',
        );
        load.finish('late');
        equal(await patient, 'late', 'the patient call');
        equal(ran, false, 'whether a second loader ran beside the late one');
      },
    },
    {
      name: 'G3: no more loaders run at once than the cache allows, and all of them run',
      async run(h) {
        const cache = h.cache<number>({ loaders: 3 });
        const door = gate();
        let running = 0;
        let most = 0;
        const calls = Array.from({ length: 12 }, (_, n) =>
          cache.getOrSet(`k${n}`, async () => {
            running += 1;
            most = Math.max(most, running);
            await door.pass();
            running -= 1;
            return n;
          }),
        );
        await door.arrivals(3);
        await h.settle();
        equal(door.arrived, 3, 'loaders that have begun');
        door.open();
        equal(
          await Promise.all(calls),
          Array.from({ length: 12 }, (_, n) => n),
          'what the calls got',
        );
        equal(most, 3, 'the most loaders at once');
      },
    },
    {
      name: 'G3: a loader that fails gives its place back',
      async run(h) {
        const cache = h.cache<number>({ loaders: 1 });
        for (let n = 0; n < 5; n += 1) {
          await rejection(
            cache.getOrSet(`k${n}`, () => {
              throw boom;
            }),
            `load ${n}`,
          );
        }
        equal(await cache.getOrSet('k', () => 1), 1, 'the load after five failures');
      },
    },
    {
      name: 'G3: getOrSet and getOrSetMany share one load',
      async run(h) {
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(cache, 'a');
        const asked: (readonly string[])[] = [];
        const many = cache.getOrSetMany(['a', 'b'], (keys) => {
          asked.push(keys);
          return new Map(keys.map((key) => [key, `many ${key}`]));
        });
        await joined.arrivals();
        load.finish('single a');
        const outcomes = await many;
        equal(asked, [['b']], 'the keys that loadMissing was asked for');
        demand(outcomes.get('a')?.status !== 'failed', 'the shared key failed');
        equal(valueOf(outcomes.get('a')), 'single a', 'the shared key');
        equal(valueOf(outcomes.get('b')), 'many b', 'the other key');
      },
    },
    {
      name: 'G3: joins, loads and hits are counted as what they were',
      async run(h) {
        const cache = h.cache<string>();
        await cache.getOrSet('k', () => 'v');
        await cache.getOrSet('k', () => 'v');
        await rejection(
          cache.getOrSet('bad', () => Promise.reject(new CacheError('CODEC_FAILED', 'own'))),
          'a failing load',
        );
        const { hits, loads, loadErrors, joins } = await cache.stats();
        equal(
          { hits, loads, loadErrors, joins },
          { hits: 1, loads: 1, loadErrors: 1, joins: 0 },
          'the statistics',
        );
      },
    },
  ],
};

function valueOf(outcome: { readonly status: string; readonly value?: unknown } | undefined): unknown {
  return outcome?.value;
}
