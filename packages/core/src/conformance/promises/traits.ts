/** Traits: what a provider declares of itself is true. */
import { spy } from '../../testing/spy.ts';
import { demand, equal } from '../assert.ts';
import { idOf, leaseOf, writeOf } from '../engine-requests.ts';
import type { Group } from '../group.ts';

export const traits: Group = {
  name: 'traits',
  guarantee: 'What a provider declares is the same every time it is asked, and true.',
  cases: [
    {
      name: 'the traits are complete, of the right kinds, and do not change',
      run(h) {
        const told = h.traits;
        demand(told.holds === 'values' || told.holds === 'bytes', `holds is ${told.holds as string}`);
        demand(['process', 'host', 'shared'].includes(told.scope), `scope is ${told.scope as string}`);
        demand(
          Number.isFinite(told.expiryPrecisionMs) && told.expiryPrecisionMs >= 0,
          `expiryPrecisionMs is ${String(told.expiryPrecisionMs)}`,
        );
        for (const trait of [
          'synchronous',
          'durable',
          'scans',
          'indexes',
          'limits',
          'sized',
          'orderedInvalidation',
        ] as const) {
          equal(typeof told[trait], 'boolean', `the type of '${trait}'`);
        }
        equal(structuredClone(told), { ...told }, 'the traits, copied');
        return Promise.resolve();
      },
    },
    {
      name: "'synchronous' is true: no method answers with a promise",
      needs: ({ synchronous }) => (synchronous ? undefined : "the provider does not declare 'synchronous'"),
      async run(h) {
        const engine = await h.engine();
        const write = writeOf('v', {
          life: { ttl: h.unit, grace: 0 },
          tags: ['t'],
          terms: h.traits.indexes ? ['i=t'] : [],
        });
        const answers: Record<string, unknown> = {
          acquire: engine.acquire('k', leaseOf('a')),
          'acquire of a key that is being loaded': engine.acquire('k', leaseOf('b')),
          extend: engine.extend('k', idOf('a'), 1_000_000),
          commit: engine.commit('k', idOf('a'), write),
          get: engine.get('k'),
          read: engine.read('k'),
          write: engine.write('k', write, undefined),
          count: engine.count('k', {
            delta: 1,
            version: idOf('w'),
            life: { ttl: h.unit, grace: 0 },
            renew: false,
          }),
          touch: engine.touch('k', { ttl: h.unit, grace: 0 }),
          take: engine.take('k'),
          remove: engine.remove('k'),
          expire: engine.expire('k'),
          release: engine.release('k', idOf('a'), undefined),
          invalidateTags: engine.invalidateTags(['t']),
          clear: engine.clear(),
          stats: engine.stats(),
        };
        if (h.traits.indexes) {
          answers['lookUp'] = engine.lookUp('i=t');
          answers['removeByTerm'] = engine.removeByTerm('i=t');
          answers['editTerms'] = engine.editTerms('k', ['i=u'], [], idOf('x'));
        }
        for (const [method, answer] of Object.entries(answers))
          demand(!isThenable(answer), `${method} answered with a promise`);
      },
    },
    {
      name: "'holds' is true: payloads are bytes for a provider that holds bytes, and numbers are numbers",
      async run(h) {
        let watched: ReturnType<typeof spy> | undefined;
        const cache = h
          .peer((provider) => {
            watched = spy(provider);
            return watched.provider;
          })
          .cache<unknown>();
        await cache.set('object', { a: 1 });
        await cache.set('counter', 7);
        await cache.getOrSet('loaded', () => 'text');
        const engine = await h.engine();
        await engine.write('k', writeOf('v', { payload: 7 }), undefined);
        equal(await engine.get('k'), 7, 'a counter, as the engine gives it');
        if (h.traits.holds !== 'bytes') return;
        const payload = Uint8Array.of(0, 1, 2, 255);
        await engine.write('bytes', writeOf('v', { payload: payload.slice(), size: 4 }), undefined);
        const got = await engine.get('bytes');
        demand(got instanceof Uint8Array, 'bytes came back as something else');
        equal(new Uint8Array(got), payload, 'the bytes');
        for (const { args } of watched?.calls('write') ?? []) {
          const { payload: given } = args[1] as { readonly payload: unknown };
          demand(
            given instanceof Uint8Array || typeof given === 'number',
            'the cache handed over something other than bytes',
          );
        }
      },
    },
    {
      name: 'closing an engine twice does nothing, and the other engines of the space go on',
      async run(h) {
        const [one, two] = [await h.engine(), await h.engine()];
        await one.write('k', writeOf('v'), undefined);
        await one.close();
        await one.close();
        equal(await two.get('k'), 1, 'get by the other engine');
        const third = await h.engine();
        equal(await third.get('k'), 1, 'get by an engine that was opened later');
      },
    },
    {
      name: 'the provider answers a ping, and tells nothing but texts, numbers and booleans',
      async run(h) {
        const engine = await h.engine();
        const { details } = await engine.ping();
        for (const [name, value] of Object.entries(details)) {
          demand(
            ['string', 'number', 'boolean'].includes(typeof value),
            `the detail '${name}' is ${typeof value}`,
          );
        }
        const { entries, evictions, expirations } = await engine.stats();
        for (const count of [entries ?? 0, evictions, expirations])
          demand(Number.isSafeInteger(count) && count >= 0, `a statistic is ${String(count)}`);
      },
    },
  ],
};

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value;
}
