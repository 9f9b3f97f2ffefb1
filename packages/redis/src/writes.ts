/** Writes to one entry: of a value, of a count, and of the terms alone. */
import type { Condition, Counted, CounterChange, Life, VersionCondition, Write, Written } from '@cache/core';
import type { Calls } from './calls.ts';
import { NO_ENTRY, entryIn, unreadable } from './entry-format.ts';
import type { Groups } from './groups.ts';
import type { Limits } from './limits.ts';
import type { Partition, Partitions } from './partitions.ts';
import { type PlainlyWritten, PlainWrites } from './plain-writes.ts';
import type { Argument } from './port.ts';
import { COUNT, EDIT_TERMS, WRITE } from './steps.ts';
import { labels, lifeArguments, limitArguments, millisecondsOf, payloadArguments } from './writing.ts';

/** Replies that are no result. */
const UNREADABLE = -2;
const TOO_LONG = -3;

export interface WritesOptions {
  readonly calls: Calls;
  readonly partitions: Partitions;
  readonly groups: Groups;
  readonly limits: Limits;
  /** '1': index sets must not expire. */
  readonly keeps: '0' | '1';
}

export class Writes {
  readonly #calls: Calls;
  readonly #partitions: Partitions;
  readonly #groups: Groups;
  readonly #limits: Limits;
  readonly #keeps: '0' | '1';
  readonly #plainWrites: PlainWrites;

  constructor({ calls, partitions, groups, limits, keeps }: WritesOptions) {
    this.#calls = calls;
    this.#partitions = partitions;
    this.#groups = groups;
    this.#limits = limits;
    this.#keeps = keeps;
    this.#plainWrites = new PlainWrites(calls, partitions.all.length);
  }

  async write(key: string, write: Write, condition: Condition | undefined): Promise<Written> {
    const { version: expected } = typeof condition === 'object' ? condition : NO_VERSION;
    if ((write.life === 'keep' || write.tags === 'keep') && expected === undefined)
      throw new TypeError(
        "'keep' needs the version of the entry it keeps from: give the write a version condition",
      );
    this.#groups.checkTerms(write.terms);
    this.#limits.check(write.limit);
    const partition = this.#partitions.of(key);
    if (!isPlain(write, condition))
      return this.#writeOver(partition, key, write, condition, indexesOf(partition, write.terms));
    const written = await this.#writePlainly(partition, key, write);
    if (written.status === 'written') return WRITTEN;
    return this.#writeOver(partition, key, write, condition, written.sets);
  }

  #writePlainly(partition: Partition, key: string, write: Write): Promise<PlainlyWritten> {
    const { ttl, grace } = write.life as Life;
    const { flags, bytes } = payloadArguments(write);
    return this.#plainWrites.write(partition, key, {
      ttl: millisecondsOf(ttl),
      grace: millisecondsOf(grace),
      flags,
      version: write.version,
      tags: labels(write.tags as readonly string[]),
      payload: bytes,
    });
  }

  /** Writes after a look at the entry before, which is in the index sets of the names, as far as that is known. */
  async #writeOver(
    partition: Partition,
    key: string,
    write: Write,
    condition: Condition | undefined,
    sets: readonly string[],
  ): Promise<Written> {
    const { version, life, tags, terms, loadMs, limit } = write;
    const { version: expected, contender } = typeof condition === 'object' ? condition : NO_VERSION;
    const { flags, bytes } = payloadArguments(write);
    const args: readonly Argument[] = [
      key,
      typeof condition === 'object' ? 'version' : (condition ?? ''),
      expected ?? '',
      version,
      ...(life === 'keep' ? ['keep', ''] : lifeArguments(life)),
      Math.min(Math.round(loadMs), 0xffff_ffff),
      flags,
      tags === 'keep' ? tags : labels(tags),
      labels(terms),
      this.#keeps,
      this.#partitions.all.length,
      ...limitArguments(limit),
      bytes,
      contender?.id ?? '',
      contender?.claims === true ? '1' : '0',
    ];
    const claims = expected === undefined ? [] : [partition.claim(key)];
    const names = [...partition.about(key), ...claims, ...sets];
    const [status, ...rest] = await this.#calls.writeAll(WRITE, names, args);
    if (status === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (status === 2) return { status: 'limited' };
    if (status === 1) return { status: 'written', evicted: this.#limits.wereEvicted(rest) };
    const current = entryIn(rest[0]);
    return status === 3 ? { status: 'refused', current, claimed: true } : { status: 'refused', current };
  }

  async count(key: string, { delta, version, life, renew }: CounterChange): Promise<Counted> {
    const partition = this.#partitions.of(key);
    const args: readonly Argument[] = [
      key,
      delta,
      version,
      ...lifeArguments(life),
      renew ? '1' : '0',
      this.#keeps,
      this.#partitions.all.length,
    ];
    const [status, value] = await this.#calls.writeAll(COUNT, partition.about(key), args);
    if (status === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (status === 0) return { status: 'not-a-counter' };
    if (status === 2) return { status: 'overflow' };
    return { status: 'counted', value: Number((value as Buffer).toString('latin1')) };
  }

  async editTerms(
    key: string,
    add: readonly string[],
    remove: readonly string[],
    version: string,
  ): Promise<boolean> {
    this.#groups.checkTerms(add);
    const names = this.#partitions.of(key).about(key, add);
    const args = [key, version, this.#keeps, labels(add), labels(remove)];
    const [status] = await this.#calls.writeAll(EDIT_TERMS, names, args);
    if (status === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (status === TOO_LONG) throw new TypeError(`the index terms of '${key}' are too long together`);
    return status === 1;
  }
}

const NO_VERSION: Partial<VersionCondition> = {};

const WRITTEN: Written = { status: 'written', evicted: [] };

/** Whether a write may be the one that needs no look at the entry before it. */
function isPlain({ life, terms, limit, loadMs }: Write, condition: Condition | undefined): boolean {
  return (
    condition === undefined &&
    terms.length === 0 &&
    limit === undefined &&
    loadMs === 0 &&
    life !== 'keep' &&
    life.ttl !== Infinity &&
    life.grace !== Infinity
  );
}

function indexesOf(partition: Partition, terms: readonly string[]): readonly string[] {
  return terms.map((term) => partition.index(term));
}
