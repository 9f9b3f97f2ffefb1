/** The entries of one space between two clears, and everything that leads to them. */
import type { Clock } from '@cache/core';
import type { Audience } from './announcements.ts';
import { type Keyed, KeyIndex } from './key-index.ts';
import { Leases } from './leases.ts';
import { Tags } from './tags.ts';
import { Terms } from './terms.ts';

export class Population {
  readonly audience: Audience;
  /** The slot of every key. */
  readonly index: KeyIndex;
  readonly tags: Tags;
  readonly terms: Terms;
  readonly leases: Leases;
  /** What its entries cost, as the pool counts. */
  bytes = 0;
  /** True: its entries are absent, and their slots wait to be reclaimed. */
  isCleared = false;

  constructor(audience: Audience, keyed: Keyed, clock: Clock, seed: number, keysPerShard: number) {
    this.audience = audience;
    this.index = new KeyIndex(keyed, seed, keysPerShard);
    this.tags = new Tags(seed, keysPerShard);
    this.terms = new Terms(seed, keysPerShard);
    this.leases = new Leases(clock);
  }
}
