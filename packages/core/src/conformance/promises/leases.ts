/** Leases: the right to load, which crosses processes and does not outlive its holder. */
import type { Acquired } from '../../engine.ts';
import type { Provider } from '../../provider.ts';
import { chaos } from '../../testing/chaos.ts';
import { intercept } from '../../testing/intercept.ts';
import { demand, equal, rejectsWith } from '../assert.ts';
import { idOf, leaseOf, writeOf } from '../engine-requests.ts';
import type { Group } from '../group.ts';
import { holdLoad } from '../held-load.ts';
import { isPending } from '../pending.ts';

/** A provider that tells those who wait to look again, as long as `looksAgain` says so. A store has nobody to tell. */
function impatient(right: Provider, looksAgain: () => boolean): Provider {
  if (right.kind === 'store') return right;
  const sooner = (acquired: Acquired): Acquired =>
    acquired.status === 'wait' && looksAgain()
      ? { ...acquired, settled: () => Promise.resolve({ status: 'released' }) }
      : acquired;
  return intercept(
    right,
    ({ method }, run) => {
      const answer = run();
      return method === 'acquire' ? Promise.resolve(answer as Promise<Acquired>).then(sooner) : answer;
    },
    { synchronous: false },
  );
}

export const leases: Group = {
  name: 'leases',
  guarantee:
    'One process at a time may load a key; when it dies or falls silent another takes over, and what it gives later is not stored.',
  cases: [
    {
      name: 'G3: a load that another process began is taken over when that process closes',
      async run(h) {
        const leader = h.peer();
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const load = await holdLoad(leader.cache<string>(), 'k');
        const waiting = cache.getOrSet('k', () => 'loaded here');
        await joined.arrivals();
        await leader.close();
        await rejectsWith('CLOSED', load.result, 'the leading call');
        await h.passUntil(waiting);
        equal(await waiting, 'loaded here', 'the waiting call');
        load.finish('loaded there');
        await h.settle();
        equal(await cache.get('k'), 'loaded here', 'get');
      },
    },
    {
      name: 'G3: a load of another process that gives nothing has ended for a call that waits, and is not taken over',
      async run(h) {
        const leader = h.peer();
        const cache = h.cache<string>();
        const joined = h.watch(cache, 'join');
        const waits: string[] = [];
        cache.on('wait', ({ outcome }) => void waits.push(outcome));
        const load = await holdLoad<string | undefined>(leader.cache<string | undefined>(), 'k');
        const waiting = cache.getOrSet('k', () => 'loaded here');
        await joined.arrivals();
        load.finish(undefined);
        equal(await load.result, undefined, 'the leading call');
        await h.passUntil(waiting);
        equal(await waiting, 'loaded here', 'the waiting call');
        equal(waits, ['ended'], 'how the wait ended');
      },
    },
    {
      name: 'G3: a load whose holder went silent is taken over when its lease ends, and the holder can no longer store',
      async run(h) {
        let silent = false;
        const holder = h.peer((provider) =>
          chaos(provider, () => (silent ? { fault: 'fail' } : undefined), h.clock),
        );
        const lease = 4 * h.unit;
        const cache = h
          .peer((provider) => chaos(provider, () => undefined, h.clock))
          .cache<string>({ lease });
        const joined = h.watch(cache, 'join');
        let joins = 0;
        const waits: string[] = [];
        cache.on('join', () => void joins++);
        cache.on('wait', ({ outcome }) => void waits.push(outcome));
        const load = await holdLoad(holder.cache<string>({ lease }), 'k');
        const waiting = cache.getOrSet('k', () => 'taken over');
        await joined.arrivals();
        // As long as the holder lives its lease lives, however long the load takes.
        for (let n = 0; n < 12; n += 1) await h.pass(h.unit);
        demand(await isPending(waiting), 'the waiting call gave up on a living holder');
        silent = true;
        for (let n = 0; n < 12 && (await isPending(waiting)); n += 1) await h.pass(h.unit);
        equal(await waiting, 'taken over', 'the waiting call');
        // However often it looked again.
        equal(joins, 1, 'loads that the waiting call joined');
        equal(waits, ['takenOver'], 'how the wait ended');
        silent = false;
        load.finish('too late');
        equal(await load.result, 'too late', 'the leading call');
        equal(await cache.get('k'), 'taken over', 'get');
      },
    },
    {
      name: 'G3: a call that waits for the load of another process has joined it once, however often it looks again',
      async run(h) {
        let looks = 0;
        const leader = h.peer();
        const cache = h.peer((provider) => impatient(provider, () => looks++ < 3)).cache<string>();
        const told: string[] = [];
        cache.on('join', () => void told.push('join'));
        cache.on('wait', ({ elsewhere, outcome }) => void told.push(`${outcome} ${String(elsewhere)}`));
        const load = await holdLoad(leader.cache<string>(), 'k');
        const joined = h.watch(cache, 'join');
        const waiting = cache.getOrSet('k', () => 'loaded here');
        await joined.arrivals();
        await h.settle();
        load.finish('loaded there');
        await h.passUntil(waiting);
        equal(await waiting, 'loaded there', 'the waiting call');
        equal(told, ['join', 'served true'], 'what was told');
      },
    },
    {
      name: 'G3: a lease is granted once, and again to the same token after a lost reply',
      async run(h) {
        const [one, two] = [await h.engine(), await h.engine()];
        const request = (token: string) => leaseOf(token, { leaseMs: 100 * h.unit });
        equal((await one.acquire('k', request('a'))).status, 'lead', 'the first request');
        equal((await two.acquire('k', request('b'))).status, 'wait', 'the request of another');
        equal((await one.acquire('k', request('a'))).status, 'lead', 'the first request, repeated');
        equal(await two.extend('k', idOf('b'), 100 * h.unit), false, 'extend by another');
        equal(await one.extend('k', idOf('a'), 100 * h.unit), true, 'extend by the holder');
        await two.release('k', idOf('b'), undefined);
        equal(
          (await two.acquire('k', request('b'))).status,
          'wait',
          'the request of another after a release that was not its own',
        );
        await one.release('k', idOf('a'), undefined);
        equal(await one.extend('k', idOf('a'), 100 * h.unit), false, 'extend after the release');
        equal(
          (await two.acquire('k', request('b'))).status,
          'lead',
          'the request of another after the release',
        );
      },
    },
    {
      name: 'G3: a lease ends when its time has passed, and extending it moves the end',
      async run(h) {
        const engine = await h.engine();
        const request = (token: string) => leaseOf(token, { leaseMs: 4 * h.unit });
        await engine.acquire('k', request('a'));
        await h.pass(3 * h.unit);
        equal(await engine.extend('k', idOf('a'), 4 * h.unit), true, 'extend in time');
        await h.pass(3 * h.unit);
        equal((await engine.acquire('k', request('b'))).status, 'wait', 'another before the extended end');
        await h.runOut(2 * h.unit);
        equal(await engine.extend('k', idOf('a'), 4 * h.unit), false, 'extend too late');
        equal((await engine.acquire('k', request('b'))).status, 'lead', 'another after the end');
        equal(
          await engine.commit('k', idOf('a'), writeOf('v')),
          'overtaken',
          'the commit of the holder whose lease ended',
        );
        equal(await engine.get('k'), undefined, 'get');
      },
    },
  ],
};
