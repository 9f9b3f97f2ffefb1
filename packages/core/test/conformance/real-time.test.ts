/** The kit in real time, over a store that answers in later turns of the event loop, as one behind a socket does. */
import { certify } from '@cache/core/conformance';
import { simpleStore } from '@cache/core/testing';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StoreProvider } from '../../src/provider.ts';
import type { Store } from '../../src/store.ts';

/** Every primitive takes a turn of the event loop to get there, and one to come back. */
function distantStore(): StoreProvider {
  const near = simpleStore();
  return { ...near, name: 'distant', open: async (context) => distant(await near.open(context)) };
}

function distant(store: Store): Store {
  const there = async <X>(effect: () => X | Promise<X>): Promise<X> => {
    await nextTurn();
    const answer = await effect();
    await nextTurn();
    return answer;
  };
  return {
    get: (key) => there(() => store.get(key)),
    put: (key, record, options) => there(() => store.put(key, record, options)),
    delete: (key, options) => there(() => store.delete(key, options)),
    async *scan(prefix) {
      yield* await there(() => store.scan(prefix));
    },
    close: () => store.close(),
  };
}

test('a store that answers in later turns passes in real time', async () => {
  const certificate = await certify({
    name: 'distant',
    provider: distantStore,
    time: { waitAtLeast: (ms) => sleep(ms) },
    only: ['absence', 'single-flight', 'counters', 'tags'],
  });
  expect(certificate.groups.flatMap(({ failures }) => failures)).toEqual([]);
}, 60_000);
