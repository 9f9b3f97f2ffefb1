/** A provider that keeps nothing. */
import type { Acquired, Committed, Counted, Engine, EngineTraits, Settled, Written } from '../engine.ts';
import type { EngineProvider } from '../provider.ts';

const TRAITS: EngineTraits = {
  holds: 'values',
  scope: 'process',
  synchronous: true,
  durable: false,
  expiryPrecisionMs: 0,
  scans: true,
  indexes: true,
  limits: true,
  sized: false,
  orderedInvalidation: true,
};

/**
 * A provider that forgets every entry at once, as a cache with room for none would: reads miss, writes succeed, a `getOrSet` runs its
 * loader, one at a time for a key, and those who waited share its outcome. For programs that must run the same with caching off.
 */
export function nullProvider(name = 'null'): EngineProvider {
  const spaces = new Map<string, Leases>();
  return {
    kind: 'engine',
    name,
    traits: TRAITS,
    open({ space }) {
      let leases = spaces.get(space);
      if (leases === undefined) spaces.set(space, (leases = new Map()));
      return new NullEngine(leases);
    },
  };
}

interface Lease {
  readonly token: string;
  readonly ended: PromiseWithResolvers<Settled>;
}

type Leases = Map<string, Lease>;

const WRITTEN: Written = { status: 'written', evicted: [] };

class NullEngine implements Engine {
  readonly #leases: Leases;

  constructor(leases: Leases) {
    this.#leases = leases;
  }

  get(): undefined {
    return undefined;
  }

  read(): undefined {
    return undefined;
  }

  acquire(...[key, { token }]: Parameters<Engine['acquire']>): Acquired {
    const lease = this.#leases.get(key);
    if (lease === undefined || lease.token === token) {
      if (lease === undefined) this.#leases.set(key, { token, ended: Promise.withResolvers() });
      return { status: 'lead', stale: undefined };
    }
    return { status: 'wait', holder: lease.token, stale: undefined, settled: () => lease.ended.promise };
  }

  extend(key: string, token: string): boolean {
    return this.#leases.get(key)?.token === token;
  }

  commit(key: string, token: string): Committed {
    return this.#end(key, { status: 'released' }, token) ? 'stored' : 'overtaken';
  }

  release(...[key, token, failure]: Parameters<Engine['release']>): void {
    this.#end(
      key,
      failure === undefined ? { status: 'released' } : { status: 'failed', message: failure },
      token,
    );
  }

  write(...[key, , condition]: Parameters<Engine['write']>): Written {
    if (condition !== undefined && condition !== 'absent') return { status: 'refused', current: undefined };
    this.#end(key);
    return WRITTEN;
  }

  remove(key: string): boolean {
    this.#end(key);
    return false;
  }

  take(key: string): undefined {
    this.#end(key);
  }

  count(...[key, { delta }]: Parameters<Engine['count']>): Counted {
    if (!Number.isSafeInteger(delta)) return { status: 'overflow' };
    this.#end(key);
    return { status: 'counted', value: delta };
  }

  touch(): boolean {
    return false;
  }

  expire(key: string): boolean {
    this.#end(key);
    return false;
  }

  invalidateTags(): void {
    // Which lease captured which tag is not kept: every load under way is overtaken.
    this.clear();
  }

  clear(): void {
    for (const key of this.#leases.keys()) this.#end(key);
  }

  lookUp(): readonly [] {
    return [];
  }

  removeByTerm(): number {
    this.clear();
    return 0;
  }

  editTerms(): boolean {
    return false;
  }

  scan(): Iterable<readonly string[]> {
    return [];
  }

  removeByPattern(...[pattern]: Parameters<Engine['removeByPattern']>): number {
    for (const key of this.#leases.keys()) if (pattern.matches(key)) this.#end(key);
    return 0;
  }

  stats(): {
    readonly entries: number;
    readonly bytes: number;
    readonly evictions: number;
    readonly expirations: number;
  } {
    return { entries: 0, bytes: 0, evictions: 0, expirations: 0 };
  }

  ping(): { readonly details: Readonly<Record<string, never>> } {
    return { details: {} };
  }

  close(): void {
    // Holds nothing of the machine.
  }

  /** Ends the lease of `key`, if it is the one of `token`; without a token whoever holds it. */
  #end(key: string, settled: Settled = { status: 'released' }, token?: string): boolean {
    const lease = this.#leases.get(key);
    if (lease === undefined || (token !== undefined && lease.token !== token)) return false;
    this.#leases.delete(key);
    lease.ended.resolve(settled);
    return true;
  }
}
