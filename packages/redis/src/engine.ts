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
  Entry,
  Life,
  Pattern,
  Payload,
  Write,
  Written,
} from '@cache/core';
import { CacheError } from '@cache/core';
import { Acquisitions } from './acquisitions.ts';
import type { Calls } from './calls.ts';
import { entryIn, entryOf } from './entry-format.ts';
import type { Groups } from './groups.ts';
import { healthOf } from './health.ts';
import type { Inbox } from './inbox.ts';
import { Limits } from './limits.ts';
import { Loads } from './loads.ts';
import type { Partition, Partitions } from './partitions.ts';
import { readMany } from './many-reads.ts';
import { Reads, recordOf } from './reads.ts';
import { EXPIRE, READ, REMOVE, TOUCH, USE } from './steps.ts';
import { Writes } from './writes.ts';
import { lifeArguments } from './writing.ts';

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
  readonly #keeps: '0' | '1';
  readonly #close: () => Promise<void>;
  readonly #reads: Reads;
  readonly #limits: Limits;
  readonly #writes: Writes;
  readonly #loads: Loads;
  readonly #acquisitions: Acquisitions;

  constructor({ calls, partitions, groups, inbox, keeps, evicted, close }: EngineParts) {
    this.#calls = calls;
    this.#partitions = partitions;
    this.#groups = groups;
    this.#keeps = keeps;
    this.#close = close;
    const onUsed = (partition: Partition, key: string, version: string): void =>
      this.#used(partition, key, version);
    this.#reads = new Reads(calls, onUsed);
    this.#limits = new Limits(partitions, evicted);
    const shared = { calls, partitions, groups, limits: this.#limits, keeps };
    this.#writes = new Writes(shared);
    this.#acquisitions = new Acquisitions({
      calls,
      inbox,
      partitionCount: partitions.all.length,
      onUsed,
    });
    this.#loads = new Loads({ ...shared, inbox, acquisitions: this.#acquisitions });
  }

  get(key: string): Promise<Payload | undefined> {
    return new Promise((resolve, reject) => {
      this.#reads.read(this.#partitions.of(key), { key, found: resolve, failed: reject });
    });
  }

  getMany(keys: readonly string[], answers: Answers): Promise<void> {
    return readMany(this.#reads, this.#partitions, keys, answers);
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

  extend(key: string, token: string, leaseMs: number): Promise<boolean> {
    return this.#loads.extend(key, token, leaseMs);
  }

  commit(key: string, token: string, write: Write): Promise<Committed> {
    return this.#loads.commit(key, token, write);
  }

  release(key: string, token: string, failure: string | undefined): Promise<void> {
    return this.#loads.release(key, token, failure);
  }

  write(key: string, write: Write, condition: Condition | undefined): Promise<Written> {
    return this.#writes.write(key, write, condition);
  }

  count(key: string, change: CounterChange): Promise<Counted> {
    return this.#writes.count(key, change);
  }

  editTerms(
    key: string,
    add: readonly string[],
    remove: readonly string[],
    version: string,
  ): Promise<boolean> {
    return this.#writes.editTerms(key, add, remove, version);
  }

  async remove(key: string): Promise<boolean> {
    const names = this.#partitions.of(key).about(key);
    const [status] = await this.#calls.writeAll(REMOVE, names, [key, '0', this.#keeps]);
    return status === 1;
  }

  async take(key: string): Promise<Entry | undefined> {
    const names = this.#partitions.of(key).about(key);
    const [status, record] = await this.#calls.writeAll(REMOVE, names, [key, '1', this.#keeps]);
    return status === 1 ? entryIn(record) : undefined;
  }

  async touch(key: string, life: Life): Promise<boolean> {
    const names = this.#partitions.of(key).about(key);
    const [status] = await this.#calls.writeAll(TOUCH, names, [key, ...lifeArguments(life), this.#keeps]);
    return status === 1;
  }

  async expire(key: string): Promise<boolean> {
    const [status] = await this.#calls.writeAll(EXPIRE, this.#partitions.of(key).about(key), [
      key,
      this.#keeps,
    ]);
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
    return { entries, bytes: undefined, evictions: this.#limits.evictions, expirations: 0 };
  }

  ping(): Promise<EngineHealth> {
    return this.#calls.attempt('ping', 'none', () => healthOf(this.#calls.client));
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Notes a use, on the same connection as the commands of this process that come after it. A lost note is no harm. */
  #used(partition: Partition, key: string, version: string): void {
    this.#calls.write(USE, [partition.entry(key)], [version]).catch((error: unknown) => {
      if (!(error instanceof CacheError)) throw error;
    });
  }
}
