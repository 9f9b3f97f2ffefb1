/** What the memory policy of a server means for indexes: whether it can keep them, and whether they may have an end. */
import type { EngineTraits } from '@cache/core';
import { CacheError } from '@cache/core';

export class Indexing {
  /** '1': index sets must not expire, because a server that evicts looks for keys that do. */
  readonly keeps: '0' | '1';
  readonly #obstacle: string | undefined;

  /** `undefined`: nobody tells the policy, and the server may evict what has an end. */
  constructor(policy: string | undefined) {
    this.keeps = policy === 'noeviction' ? '0' : '1';
    if (policy?.startsWith('allkeys-') === true)
      this.#obstacle = `the server's maxmemory-policy is ${policy}: it may evict an index, and a look-up would miss entries without a word; set noeviction or volatile-ttl, or use no indexes`;
  }

  /** Throws `UNSUPPORTED` when there are terms and the server might evict an index. */
  check(terms: readonly string[]): void {
    if (terms.length === 0 || this.#obstacle === undefined) return;
    const trait: keyof EngineTraits = 'indexes';
    throw new CacheError('UNSUPPORTED', this.#obstacle, { trait });
  }
}
