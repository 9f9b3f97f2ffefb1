/** The Engine contract over one space. Every answer is synchronous and has taken effect when it is given. */
import {
  type Acquired,
  type AcquireRequest,
  CacheError,
  type Committed,
  type Condition,
  type Counted,
  type CounterChange,
  type Engine,
  type EngineHealth,
  type EngineStats,
  type Entry,
  type Life,
  type Pattern,
  type Payload,
  type Write,
  type Written,
} from '@cache/core';
import * as groups from './groups.ts';
import * as keys from './keys.ts';
import * as loads from './loads.ts';
import type { Space } from './space.ts';

export class MemoryEngine implements Engine {
  /** `undefined`: closed. */
  #space: Space | undefined;
  readonly #evictionsBefore: number;
  readonly #expirationsBefore: number;
  readonly #closed: () => void;

  constructor(space: Space, closed: () => void) {
    this.#space = space;
    this.#evictionsBefore = space.audience.evictions;
    this.#expirationsBefore = space.audience.expirations;
    this.#closed = closed;
  }

  get(key: string): Payload | undefined {
    const payload = this.#space?.get(key);
    // Only a miss pays for what a closed engine and an entry found expired need.
    return payload === undefined ? this.#run(() => undefined) : payload;
  }

  read(key: string): Entry | undefined {
    return this.#run((space) => keys.read(space, key));
  }

  acquire(key: string, request: AcquireRequest): Acquired {
    return this.#run((space) => loads.acquire(space, key, request));
  }

  extend(key: string, token: string, leaseMs: number): boolean {
    return this.#run((space) => loads.extend(space, key, token, leaseMs));
  }

  commit(key: string, token: string, write: Write): Committed {
    return this.#run((space) => loads.commit(space, key, token, write));
  }

  release(key: string, token: string, failure: string | undefined): void {
    this.#run((space) => loads.release(space, key, token, failure));
  }

  write(key: string, write: Write, condition: Condition | undefined): Written {
    return this.#run((space) => keys.write(space, key, write, condition));
  }

  remove(key: string): boolean {
    return this.#run((space) => keys.remove(space, key));
  }

  take(key: string): Entry | undefined {
    return this.#run((space) => keys.take(space, key));
  }

  count(key: string, change: CounterChange): Counted {
    return this.#run((space) => keys.count(space, key, change));
  }

  touch(key: string, life: Life): boolean {
    return this.#run((space) => keys.touch(space, key, life));
  }

  expire(key: string): boolean {
    return this.#run((space) => keys.expire(space, key));
  }

  invalidateTags(tags: readonly string[]): void {
    this.#run((space) => groups.invalidateTags(space, tags));
  }

  clear(): void {
    this.#run((space) => space.clear());
  }

  lookUp(term: string): readonly (readonly [key: string, entry: Entry])[] {
    return this.#run((space) => groups.lookUp(space, term));
  }

  removeByTerm(term: string): number {
    return this.#run((space) => groups.removeByTerm(space, term));
  }

  editTerms(key: string, add: readonly string[], remove: readonly string[], version: string): boolean {
    return this.#run((space) => keys.editTerms(space, key, add, remove, version));
  }

  scan(pattern: Pattern): Iterable<readonly string[]> {
    return this.#run((space) => groups.scan(space, pattern));
  }

  removeByPattern(pattern: Pattern): number {
    return this.#run((space) => groups.removeByPattern(space, pattern));
  }

  stats(): EngineStats {
    return this.#run(({ audience, pool, population }) => ({
      entries: population.index.size,
      bytes: pool.settings.maxBytes === Infinity ? undefined : population.bytes,
      evictions: audience.evictions - this.#evictionsBefore,
      expirations: audience.expirations - this.#expirationsBefore,
    }));
  }

  ping(): EngineHealth {
    return this.#run(({ pool }) => ({
      details: {
        policy: pool.policy.name,
        entries: pool.entries,
        maxEntries: bound(pool.settings.maxEntries),
        maxBytes: bound(pool.settings.maxBytes),
      },
    }));
  }

  close(): void {
    if (this.#space === undefined) return;
    this.#space = undefined;
    this.#closed();
  }

  #run<T>(step: (space: Space) => T): T {
    if (this.#space === undefined)
      throw new CacheError('CLOSED', 'the memory engine was closed; open its cache again');
    const { announcements } = this.#space.pool;
    const answer = step(this.#space);
    announcements.tell();
    return answer;
  }
}

function bound(most: number): number | string {
  return most === Infinity ? 'unbounded' : most;
}
