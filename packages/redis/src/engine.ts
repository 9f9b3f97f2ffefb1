/** The engine: what each operation of a cache asks of Redis. */
import type {
  Acquired,
  AcquireRequest,
  Answers,
  Committed,
  Condition,
  Counted,
  CounterChange,
  Engine,
  EngineHealth,
  EngineStats,
  EngineTraits,
  Entry,
  Life,
  Limit,
  Pattern,
  Payload,
  VersionCondition,
  Write,
  Written,
} from '@cache/core';
import { CacheError } from '@cache/core';
import { Acquisitions } from './acquisitions.ts';
import type { Calls } from './calls.ts';
import { NO_ENTRY, entryOf, payloadOf, tellsUse, unreadable, versionOf } from './entry-format.ts';
import type { Groups } from './groups.ts';
import { healthOf } from './health.ts';
import type { Inbox } from './inbox.ts';
import type { Partition, Partitions } from './partitions.ts';
import { PlainWrites } from './plain-writes.ts';
import type { Argument, Reply } from './port.ts';
import { Reads, recordOf } from './reads.ts';
import {
  COMMIT,
  COUNT,
  EDIT_TERMS,
  EXPIRE,
  EXTEND,
  READ,
  RELEASE,
  REMOVE,
  TOUCH,
  USE,
  WRITE,
} from './steps.ts';
import { labels, lifeArguments, limitArguments, millisecondsOf, payloadArguments } from './writing.ts';

/** A wake-up brings the value along up to this size; whoever waits for a larger one reads it. */
const MOST_WOKEN_BYTES = 8_192;
/** How long a failed load is remembered for those who were told to wait for it, in milliseconds. */
const FAILURE_MS = 1_000;
/** The rest of what a failed loader had to say is left out. */
const MOST_FAILURE_CHARACTERS = 4_096;

/** Replies that are no result. */
const UNREADABLE = -2;
const TOO_LONG = -3;

export interface EngineParts {
  readonly calls: Calls;
  readonly partitions: Partitions;
  readonly groups: Groups;
  readonly inbox: Inbox;
  /** '1': index sets must not expire, because a server that evicts looks for keys that do. */
  readonly keeps: '0' | '1';
  /** Tells that the entry of a key had to go for a limit. */
  readonly evicted: (key: string) => void;
  readonly close: () => Promise<void>;
}

export class RedisEngine implements Engine {
  readonly #calls: Calls;
  readonly #partitions: Partitions;
  readonly #groups: Groups;
  readonly #inbox: Inbox;
  readonly #keeps: '0' | '1';
  readonly #evicted: (key: string) => void;
  readonly #close: () => Promise<void>;
  readonly #reads: Reads;
  readonly #plainWrites: PlainWrites;
  readonly #acquisitions: Acquisitions;
  #evictions = 0;

  constructor({ calls, partitions, groups, inbox, keeps, evicted, close }: EngineParts) {
    this.#calls = calls;
    this.#partitions = partitions;
    this.#groups = groups;
    this.#inbox = inbox;
    this.#keeps = keeps;
    this.#evicted = evicted;
    this.#close = close;
    this.#reads = new Reads(calls);
    this.#plainWrites = new PlainWrites(calls, partitions.all.length);
    this.#acquisitions = new Acquisitions({
      calls,
      inbox,
      partitionCount: partitions.all.length,
      onUsed: (partition, key, version) => this.#used(partition, key, version),
    });
  }

  get(key: string): Promise<Payload | undefined> {
    return new Promise((resolve, reject) => this.#get(key, resolve, reject));
  }

  getMany(keys: readonly string[], answers: Answers): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = keys.length;
      let failures = 0;
      const told = (error?: unknown): void => {
        left -= 1;
        if (left > 0) return;
        if (failures === keys.length) reject(error);
        else resolve();
      };
      keys.forEach((key, place) => {
        const found = (payload: Payload | undefined): void => {
          answers.found(place, payload);
          told();
        };
        const failed = (error: unknown): void => {
          failures += 1;
          answers.failed(place, error);
          told(error);
        };
        // The route of a key is told by the program.
        try {
          this.#get(key, found, failed);
        } catch (error) {
          failed(error);
        }
      });
    });
  }

  async read(key: string): Promise<Entry | undefined> {
    const partition = this.#partitions.of(key);
    const reply = await this.#calls.ask(READ, [partition.entry(key), partition.marks], []);
    const record = recordOf(reply, key);
    return record && entryOf(record);
  }

  acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    return this.#acquisitions.request(this.#partitions.of(key), key, request);
  }

  async extend(key: string, token: string, leaseMs: number): Promise<boolean> {
    const partition = this.#partitions.of(key);
    const names = [partition.lease(key), partition.marks];
    const args = [token, this.#acquisitions.sendingOf(token), Math.ceil(leaseMs)];
    return (await this.#calls.repeat(EXTEND, names, args)) === 1;
  }

  async commit(key: string, token: string, write: Write): Promise<Committed> {
    const partition = this.#partitions.of(key);
    const { version, life, tags, terms, loadMs, limit } = write;
    if (life === 'keep' || tags === 'keep')
      throw new TypeError("'keep' has no meaning in a commit: there is no entry that it replaces");
    this.#groups.checkTerms(terms);
    this.#checkLimit(limit);
    const { flags, bytes } = payloadArguments(write);
    const sending = this.#acquisitions.sendingOf(token);
    this.#acquisitions.forget(token);
    const args: readonly Argument[] = [
      key,
      token,
      version,
      ...lifeArguments(life),
      Math.min(Math.round(loadMs), 0xffff_ffff),
      flags,
      labels(tags),
      labels(terms),
      this.#keeps,
      MOST_WOKEN_BYTES,
      ...limitArguments(limit),
      bytes,
      sending,
    ];
    const [status, ...evicted] = await this.#calls.writeAll(COMMIT, namesWith(partition, key, terms), args);
    this.#inbox.ended(token);
    if (status === 1) this.#wasEvicted(evicted);
    return status === 1 ? 'stored' : status === 2 ? 'limited' : 'overtaken';
  }

  async release(key: string, token: string, failure: string | undefined): Promise<void> {
    const sending = this.#acquisitions.sendingOf(token);
    this.#acquisitions.forget(token);
    const names = [this.#partitions.of(key).lease(key)];
    // A failure without a text is still one.
    const text = failure === '' ? ' ' : (failure ?? '').slice(0, MOST_FAILURE_CHARACTERS);
    await this.#calls.repeat(RELEASE, names, [token, sending, text, FAILURE_MS]);
    this.#inbox.ended(token);
  }

  async write(key: string, write: Write, condition: Condition | undefined): Promise<Written> {
    const { version, life, tags, terms, loadMs, limit } = write;
    const { version: expected, contender } = typeof condition === 'object' ? condition : NO_VERSION;
    if ((life === 'keep' || tags === 'keep') && expected === undefined)
      throw new TypeError(
        "'keep' needs the version of the entry it keeps from: give the write a version condition",
      );
    this.#groups.checkTerms(terms);
    this.#checkLimit(limit);
    const partition = this.#partitions.of(key);
    const { flags, bytes } = payloadArguments(write);
    const names = namesOf(partition, key);
    let sets: readonly string[] = terms.map((term) => partition.index(term));
    if (isPlain(write, condition)) {
      const { ttl, grace } = life as Life;
      const written = await this.#plainWrites.write(partition, key, {
        ttl: millisecondsOf(ttl),
        grace: millisecondsOf(grace),
        flags,
        version,
        tags: labels(tags as readonly string[]),
        payload: bytes,
      });
      if (written.status === 'written') return WRITTEN;
      sets = written.sets;
    }
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
    const all = expected === undefined ? [...names, ...sets] : [...names, partition.claim(key), ...sets];
    const [status, ...rest] = await this.#calls.writeAll(WRITE, all, args);
    if (status === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (status === 2) return { status: 'limited' };
    if (status === 1) return { status: 'written', evicted: this.#wasEvicted(rest) };
    const current = entryIn(rest[0]);
    return status === 3 ? { status: 'refused', current, claimed: true } : { status: 'refused', current };
  }

  async remove(key: string): Promise<boolean> {
    const names = namesOf(this.#partitions.of(key), key);
    const [status] = await this.#calls.writeAll(REMOVE, names, [key, '0', this.#keeps]);
    return status === 1;
  }

  async take(key: string): Promise<Entry | undefined> {
    const names = namesOf(this.#partitions.of(key), key);
    const [status, record] = await this.#calls.writeAll(REMOVE, names, [key, '1', this.#keeps]);
    return status === 1 ? entryIn(record) : undefined;
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
    const [status, value] = await this.#calls.writeAll(COUNT, namesOf(partition, key), args);
    if (status === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (status === 0) return { status: 'not-a-counter' };
    if (status === 2) return { status: 'overflow' };
    return { status: 'counted', value: Number((value as Buffer).toString('latin1')) };
  }

  async touch(key: string, life: Life): Promise<boolean> {
    const names = namesOf(this.#partitions.of(key), key);
    const [status] = await this.#calls.writeAll(TOUCH, names, [key, ...lifeArguments(life), this.#keeps]);
    return status === 1;
  }

  async expire(key: string): Promise<boolean> {
    const [status] = await this.#calls.writeAll(EXPIRE, namesOf(this.#partitions.of(key), key), [
      key,
      this.#keeps,
    ]);
    return status === 1;
  }

  async editTerms(
    key: string,
    add: readonly string[],
    remove: readonly string[],
    version: string,
  ): Promise<boolean> {
    this.#groups.checkTerms(add);
    const names = namesWith(this.#partitions.of(key), key, add);
    const args = [key, version, this.#keeps, labels(add), labels(remove)];
    const [status] = await this.#calls.writeAll(EDIT_TERMS, names, args);
    if (status === UNREADABLE) throw unreadable(key, NO_ENTRY);
    if (status === TOO_LONG) throw new TypeError(`the index terms of '${key}' are too long together`);
    return status === 1;
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#groups.invalidateTags(tags);
  }

  clear(): Promise<void> {
    return this.#groups.clear();
  }

  lookUp(term: string): Promise<readonly (readonly [key: string, entry: Entry])[]> {
    return this.#groups.lookUp(term);
  }

  removeByTerm(term: string, progressed: () => void = () => {}): Promise<number> {
    return this.#groups.removeByTerm(term, progressed);
  }

  scan(pattern: Pattern): AsyncIterable<readonly string[]> {
    return this.#groups.scan(pattern);
  }

  removeByPattern(pattern: Pattern, progressed: () => void = () => {}): Promise<number> {
    return this.#groups.removeByPattern(pattern, progressed);
  }

  /** Of evictions, those for limits that this engine made; what the server evicts and expires it tells nobody. */
  async stats(): Promise<EngineStats> {
    const entries = await this.#groups.count();
    return { entries, bytes: undefined, evictions: this.#evictions, expirations: 0 };
  }

  ping(): Promise<EngineHealth> {
    return this.#calls.attempt('ping', 'none', () => healthOf(this.#calls.client));
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Throws `UNSUPPORTED` when the entries under one term lie in many partitions: a step sees those of one. */
  #checkLimit(limit: Limit | undefined): void {
    if (limit === undefined || this.#partitions.keepTogether) return;
    const trait: keyof EngineTraits = 'limits';
    throw new CacheError(
      'UNSUPPORTED',
      "the entries under one term lie in several partitions, and a limit is judged in one: give the cache 'colocate', so that they lie together, or redis() partitions: 1",
      { trait },
    );
  }

  #get(key: string, found: (payload: Payload | undefined) => void, failed: (error: unknown) => void): void {
    const partition = this.#partitions.of(key);
    this.#reads.read(partition, {
      key,
      found: (record) => {
        if (record !== undefined && tellsUse(record)) this.#used(partition, key, versionOf(record));
        found(record && payloadOf(record));
      },
      failed,
    });
  }

  /** Notes a use, on the same connection as the commands of this process that come after it. A lost note is no harm. */
  #used(partition: Partition, key: string, version: string): void {
    this.#calls.write(USE, [partition.entry(key)], [version]).catch((error: unknown) => {
      if (!(error instanceof CacheError)) throw error;
    });
  }

  #wasEvicted(keys: readonly Reply[]): readonly string[] {
    const evicted = keys.map((key) => (key as Buffer).toString());
    this.#evictions += evicted.length;
    for (const key of evicted) this.#evicted(key);
    return evicted;
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

function entryIn(reply: Reply | undefined): Entry | undefined {
  return reply === null || reply === undefined ? undefined : entryOf(reply as Buffer);
}

function namesOf(partition: Partition, key: string): readonly string[] {
  return [partition.entry(key), partition.lease(key), partition.marks];
}

function namesWith(partition: Partition, key: string, terms: readonly string[]): readonly string[] {
  const names = namesOf(partition, key);
  return terms.length === 0 ? names : [...names, ...terms.map((term) => partition.index(term))];
}
