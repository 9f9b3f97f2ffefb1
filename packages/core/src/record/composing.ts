/** What the next entry of a key looks like. */
import type { Life, Write } from '../engine.ts';
import type { StoredEntry } from './format.ts';
import type { Sight } from './reading.ts';
import type { Records } from './records.ts';
import { SPACE, tagStamp, type StampKeeper } from './stamps.ts';

type Ends = Pick<StoredEntry, 'freshUntil' | 'keptUntil' | 'grace'>;

export class Composer {
  readonly #records: Records;
  readonly #stamps: StampKeeper;

  constructor(records: Records, stamps: StampKeeper) {
    this.#records = records;
    this.#stamps = stamps;
  }

  /** The entry of a write that rests on nothing. */
  async alone(write: Write): Promise<StoredEntry> {
    const { life, tags } = write;
    if (life === 'keep' || tags === 'keep') throw new TypeError("'keep' needs a version condition");
    const stamps = await this.#stamps.capture(namesOf(tags), life.ttl + life.grace);
    return this.#entry(write, tags, this.#ends(life), stamps);
  }

  /** The entry of a write that rests on what was seen; undefined when one of the stamps it was judged by has moved since. */
  async upon(sight: Sight, write: Write): Promise<StoredEntry | undefined> {
    const base = sight.fresh;
    if (base === undefined && (write.life === 'keep' || write.tags === 'keep')) {
      throw new TypeError("'keep' needs a version condition");
    }
    const tags = write.tags === 'keep' ? (base as StoredEntry).tags : write.tags;
    const ends = write.life === 'keep' ? (base as StoredEntry) : this.#ends(write.life);
    const stamps = await this.#stamps.renew(
      namesOf(tags),
      sight.seen,
      ends.keptUntil - this.#records.now().at,
    );
    return stamps && this.#entry(write, tags, ends, stamps);
  }

  /** `base` with a new life, under the stamps by which it was judged; undefined when one of them has moved since. */
  async renewed(sight: Sight, base: StoredEntry, life: Life): Promise<StoredEntry | undefined> {
    const stamps = await this.#stamps.renew(namesOf(base.tags), sight.seen, life.ttl + life.grace);
    return stamps && { ...base, ...this.#ends(life), stamps };
  }

  #ends({ ttl, grace }: Life): Ends {
    const freshUntil = this.#records.now().at + ttl;
    return { freshUntil, keptUntil: freshUntil + grace, grace };
  }

  #entry(
    { payload, version, loadMs, terms, size }: Write,
    tags: readonly string[],
    { freshUntil, keptUntil, grace }: Ends,
    stamps: StoredEntry['stamps'],
  ): StoredEntry {
    const createdAt = this.#records.now().at;
    const indexedUntil = keptUntil;
    return {
      payload,
      version,
      createdAt,
      freshUntil,
      keptUntil,
      grace,
      loadMs,
      tags,
      terms,
      size,
      stamps,
      indexedUntil,
    };
  }
}

function namesOf(tags: readonly string[]): readonly string[] {
  return [SPACE, ...tags.map(tagStamp)];
}
