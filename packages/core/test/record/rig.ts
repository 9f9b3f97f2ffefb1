/** Record engines over one simple store, on a clock that the test moves. */
import { CacheError } from '../../src/errors.ts';
import type { Acquired, AcquireRequest, Engine, Life, Write } from '../../src/engine.ts';
import type { OpenContext, StoreProvider } from '../../src/provider.ts';
import { recordEngine, type RecordTiming } from '../../src/record/record-engine.ts';
import type { Store, StoreTraits } from '../../src/store.ts';
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';

export interface Rig {
  readonly clock: FakeClock;
  /** The store beneath, as another process would see it. */
  readonly store: Store;
  readonly engine: Engine;
  /** An engine of another process, with a store and a clock of its own. */
  readonly another: (change?: { readonly store?: Store; readonly clock?: FakeClock }) => Engine;
}

export interface RigOptions {
  readonly provider?: StoreProvider;
  readonly traits?: Partial<StoreTraits>;
  readonly timing?: Partial<RecordTiming>;
}

const FOREVER: Life = { ttl: Infinity, grace: 0 };

export async function rig({ provider = simpleStore(), traits, timing }: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock();
  const context: OpenContext = {
    cache: 'test',
    space: 'test:',
    routeOf: undefined,
    deadline: Infinity,
    clock,
    random: () => 0.5,
    report: () => {},
  };
  const store = await provider.open(context);
  const another: Rig['another'] = (change = {}) =>
    recordEngine(
      change.store ?? store,
      { ...provider.traits, ...traits },
      { ...context, clock: change.clock ?? clock },
      timing,
    );
  return { clock, store, engine: another(), another };
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

export function request(parts: Partial<AcquireRequest> = {}): AcquireRequest {
  return { token: id(), leaseMs: 100, tags: [], awaited: undefined, ...parts };
}

/** Acquires `key`, which has to wait. */
export async function waiting(
  engine: Engine,
  key: string,
  parts?: Partial<AcquireRequest>,
): Promise<Extract<Acquired, { status: 'wait' }>> {
  const acquired = await engine.acquire(key, request(parts));
  if (acquired.status !== 'wait') throw new Error(`not a wait but a ${acquired.status}`);
  return acquired;
}

/** Every key in the store. */
export async function keysIn(store: Store): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of store.scan('')) keys.push(...page);
  return keys.toSorted();
}

type Primitive = 'get' | 'put' | 'delete';

export interface Call {
  readonly primitive: Primitive;
  readonly key: string;
  /** What the store does with the call. */
  readonly run: () => unknown;
}

/** A store whose calls go through `handle`. */
export function intercepted(store: Store, handle: (call: Call) => unknown): Store {
  const through = <T>(primitive: Primitive, key: string, run: () => T): T =>
    handle({ primitive, key, run }) as T;
  return {
    get: (key) => through('get', key, () => store.get(key)),
    put: (key, record, options) => through('put', key, () => store.put(key, record, options)),
    delete: (key, options) => through('delete', key, () => store.delete(key, options)),
    scan: (prefix) => store.scan(prefix),
    close: () => store.close(),
  };
}

export function lostReply(): CacheError {
  return new CacheError('UNKNOWN_OUTCOME', 'the reply was lost');
}

export function refused(): CacheError {
  return new CacheError('UNAVAILABLE', 'refused');
}
