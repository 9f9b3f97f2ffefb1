/** What the next entry of a key looks like. */
import type { Life, Write } from '../engine.ts';
import type { StoredEntry } from './format.ts';
import type { Sight } from './reading.ts';
import type { Records } from './records.ts';
import { SPACE, tagStamp, type StampKeeper } from './stamps.ts';

type Ends = Pick<StoredEntry, 'freshUntil' | 'keptUntil' | 'grace'>;
type Given = Ends & Pick<StoredEntry, 'tags' | 'stamps' | 'createdAt'>;

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
    if (life === 'keep' || tags === 'keep') throw new TypeError(KEEPS_NOTHING);
    const stamps = await this.#stamps.capture(namesOf(tags), life.ttl + life.grace);
    const { at } = this.#records.now();
    return this.#entry(write, { ...endsOf(life, at), tags, stamps, createdAt: at });
  }

  /** The entry of a write that rests on what was seen; undefined when one of the stamps it was judged by has moved since. */
  async upon(sight: Sight, write: Write): Promise<StoredEntry | undefined> {
    const { at } = this.#records.now();
    const ends = write.life === 'keep' ? kept(sight.fresh) : endsOf(write.life, at);
    const tags = write.tags === 'keep' ? kept(sight.fresh).tags : write.tags;
    const stamps = await this.#stamps.renew(namesOf(tags), sight.seen, ends.keptUntil - at);
    return stamps && this.#entry(write, { ...ends, tags, stamps, createdAt: at });
  }

  /** `base` with a new life, under the stamps by which it was judged; undefined when one of them has moved since. */
  async renewed(sight: Sight, base: StoredEntry, life: Life): Promise<StoredEntry | undefined> {
    const stamps = await this.#stamps.renew(namesOf(base.tags), sight.seen, life.ttl + life.grace);
    return stamps && { ...base, ...endsOf(life, this.#records.now().at), stamps };
  }

  #entry({ payload, version, loadMs, terms, size }: Write, given: Given): StoredEntry {
    const { freshUntil, keptUntil, grace, tags, stamps, createdAt } = given;
    return {
      payload,
      version,
      createdAt,
      freshUntil,
      keptUntil,
      grace,
      isExpired: false,
      loadMs,
      tags,
      terms,
      size,
      stamps,
      indexedUntil: keptUntil,
    };
  }
}

const KEEPS_NOTHING =
  "a write keeps life or tags of an entry, but names none: 'keep' needs a version condition";

function kept(base: StoredEntry | undefined): StoredEntry {
  if (base === undefined) throw new TypeError(KEEPS_NOTHING);
  return base;
}

function endsOf({ ttl, grace }: Life, at: number): Ends {
  return { freshUntil: at + ttl, keptUntil: at + ttl + grace, grace };
}

function namesOf(tags: readonly string[]): readonly string[] {
  return [SPACE, ...tags.map(tagStamp)];
}
