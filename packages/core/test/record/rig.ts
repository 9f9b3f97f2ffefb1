/** Record engines over one simple store, on a clock that the test moves. */
import type { Engine, Life, Write } from '../../src/engine.ts';
import type { StoreProvider } from '../../src/provider.ts';
import { recordEngine, type RecordTiming } from '../../src/record/record-engine.ts';
import type { Store } from '../../src/store.ts';
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';

export interface Rig {
  readonly clock: FakeClock;
  readonly provider: StoreProvider;
  /** The store beneath, as another process would see it. */
  readonly store: Store;
  readonly engine: Engine;
  /** An engine of another process. `wrap` changes its store. */
  another(wrap?: (store: Store) => Store): Engine;
}

export const SPACE = 'test:';
export const FOREVER: Life = { ttl: Infinity, grace: 0 };

export async function rig(
  provider: StoreProvider = simpleStore(),
  timing: Partial<RecordTiming> = {},
): Promise<Rig> {
  const clock = fakeClock();
  const context = {
    cache: 'test',
    space: SPACE,
    routeOf: undefined,
    clock,
    random: () => 0.5,
    report: () => {},
  };
  const store = await provider.open(context);
  const another = (wrap: (store: Store) => Store = (same) => same): Engine =>
    recordEngine(wrap(store), provider.traits, context, timing);
  return { clock, provider, store, engine: another(), another };
}

let ids = 0;

export function id(): string {
  ids += 1;
  return `id-${ids}`;
}

/** A write with everything left out that a test does not speak of. */
export function write(payload: unknown, parts: Partial<Write> = {}): Write {
  return {
    payload,
    version: id(),
    life: FOREVER,
    tags: [],
    terms: [],
    loadMs: 0,
    size: 0,
    limit: undefined,
    ...parts,
  };
}
