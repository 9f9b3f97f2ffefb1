/** The circuit breaker: a provider that fails call after call is left alone for a while. */
import { demand, equal, rejection } from '../assert.ts';
import type { Case } from '../group.ts';
import type { Harness } from '../harness.ts';
import { hasCode, stormy, type Stormy } from '../storm.ts';

const FAILURES = 3;
/** In units. */
const HALF_OPEN_AFTER = 12;

interface Breaking extends Stormy {
  /** The states that were told. */
  readonly states: readonly unknown[];
  /** Calls until the circuit opens. */
  readonly trip: () => Promise<void>;
}

async function breaking(h: Harness): Promise<Breaking> {
  const stormed = stormy(h, { breaker: { failures: FAILURES, halfOpenAfter: HALF_OPEN_AFTER * h.unit } });
  const { cache } = stormed;
  const states: unknown[] = [];
  cache.on('breaker', ({ state }) => states.push(state));
  await cache.set('k', 1);
  return {
    ...stormed,
    states,
    async trip() {
      const calls = Promise.all(Array.from({ length: FAILURES }, () => cache.get('k')));
      await h.passUntil(calls);
      equal(await calls, Array.from({ length: FAILURES }), 'reads of a provider in trouble');
    },
  };
}

/** What calls give while the circuit is open; none of them reaches the provider. */
async function isLeftAlone(h: Harness, { cache, asked }: Stormy): Promise<void> {
  const before = asked();
  const calls = Promise.all([
    cache.get('k'),
    cache.getOrSet('k', () => 7),
    rejection(cache.set('k', 2), 'set'),
    rejection(cache.get('k', { onFailure: 'throw' }), "get with onFailure 'throw'"),
  ]);
  await h.settle();
  const [read, loaded, ...refused] = await calls;
  equal(read, undefined, 'get');
  equal(loaded, 7, 'getOrSet');
  for (const error of refused) hasCode(error, ['UNAVAILABLE'], 'a call that is refused');
  equal(asked(), before, 'how many calls reached the provider');
}

/** The cases of the group of faults that are about the breaker. */
export const breakerCases: readonly Case[] = [
  ...(['fail', 'hang'] as const).map((fault): Case => ({
    name: `G10: a provider whose calls ${fault === 'fail' ? 'fail' : 'get no answer'} one after another is left alone`,
    async run(h) {
      const b = await breaking(h);
      equal((await b.cache.health()).breaker, 'closed', 'the state before');
      b.storm({ fault });
      await b.trip();
      await isLeftAlone(h, b);
      equal(b.states, ['open'], 'the states that were told');
      equal((await b.cache.health()).breaker, 'open', 'the state');
    },
  })),
  {
    name: 'G10: failures that are not in a row leave nobody alone',
    async run(h) {
      const { cache, storm, states } = await breaking(h);
      for (let failure = 0; failure < 2 * FAILURES; failure += 1) {
        storm({ fault: 'fail' });
        await cache.get('k');
        storm({});
        equal(await cache.get('k'), 1, 'get');
      }
      equal(states, [], 'the states that were told');
    },
  },
  {
    name: 'G10: after a while one call tries a provider that was left alone, and its end decides',
    async run(h) {
      const b = await breaking(h);
      const { cache, storm, asked } = b;
      storm({ fault: 'fail' });
      await b.trip();
      storm({ fault: 'hang' });
      await h.pass(HALF_OPEN_AFTER * h.unit);
      const before = asked();
      const trial = cache.get('k');
      await h.settle();
      equal(asked(), before + 1, 'how many calls reached the provider');
      await isLeftAlone(h, b);
      await h.passUntil(trial);
      await isLeftAlone(h, b);
      storm({});
      await h.pass(HALF_OPEN_AFTER * h.unit);
      equal(await cache.get('k'), 1, 'get on trial');
      equal(await cache.get('k'), 1, 'get after the trial');
      await cache.set('k', 2);
      equal(b.states, ['open', 'half-open', 'open', 'half-open', 'closed'], 'the states that were told');
    },
  },
  {
    name: 'G10: a call on trial has an end, also when its caller leaves',
    async run(h) {
      const { cache, storm, trip } = await breaking(h);
      storm({ fault: 'hang' });
      await trip();
      await h.pass(HALF_OPEN_AFTER * h.unit);
      const caller = new AbortController();
      const trial = rejection(cache.get('k', { signal: caller.signal }), 'the call on trial');
      await h.settle();
      caller.abort('gone');
      demand((await trial) === 'gone', 'the caller did not get its reason');
      storm({});
      await h.pass(2 * HALF_OPEN_AFTER * h.unit);
      equal(await cache.get('k'), 1, 'get when the provider is back');
    },
  },
];
