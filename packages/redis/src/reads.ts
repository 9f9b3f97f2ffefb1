/** The reads of one turn, in one round trip for each partition. */
import type { Payload } from '@cache/core';
import type { Calls } from './calls.ts';
import {
  NO_ENTRY,
  checkRecord,
  hasGrace,
  hasLabels,
  isOfGeneration,
  labelsOf,
  momentOf,
  payloadOf,
  tellsUse,
  unreadable,
  versionOf,
} from './entry-format.ts';
import { Marks } from './marks.ts';
import type { Partition } from './partitions.ts';
import type { Reply } from './port.ts';
import { READ } from './steps.ts';

/** So many records are asked for with one command: the server does nothing else meanwhile. */
const MOST_TOGETHER = 256;

/** One who reads: it is told once. */
export interface Reader {
  readonly key: string;
  /** `undefined`: there is no fresh entry. */
  found(payload: Payload | undefined): void;
  failed(error: unknown): void;
}

/** Notes that an entry was used, where eviction wants to know. */
type OnUsed = (partition: Partition, key: string, version: string) => void;

interface Doubtful {
  readonly reader: Reader;
  readonly record: Buffer;
  readonly labels: readonly string[];
}

/**
 * Reads records with plain commands, which cost a server a fraction of a script, and judges them here: first the records, then the marks.
 *
 * Why that order is safe: a record that the marks, read later, do not speak against was good when it was read. One that they speak against
 * was gone at the latest when they were read, which is during the call as well. Where it takes the server's clock, because an entry has a
 * grace, it is asked once more, in one step.
 */
export class Reads {
  readonly #calls: Calls;
  readonly #onUsed: OnUsed;
  readonly #waiting = new Map<Partition, Reader[]>();
  readonly #marks = new Map<Partition, Marks>();

  constructor(calls: Calls, onUsed: OnUsed) {
    this.#calls = calls;
    this.#onUsed = onUsed;
  }

  /** Tells `reader` the payload of the fresh entry of its key; what cannot be read has failed with `CODEC_FAILED`. */
  read(partition: Partition, reader: Reader): void {
    const waiting = this.#waiting.get(partition);
    if (waiting !== undefined) {
      waiting.push(reader);
      return;
    }
    // After all that runs in this turn: those who were waiting for one reply ask again together.
    if (this.#waiting.size === 0) process.nextTick(() => this.#flush());
    this.#waiting.set(partition, [reader]);
  }

  #flush(): void {
    for (const [partition, readers] of this.#waiting) {
      for (let first = 0; first < readers.length; first += MOST_TOGETHER) {
        void this.#answer(partition, readers.slice(first, first + MOST_TOGETHER));
      }
    }
    this.#waiting.clear();
  }

  /** Never rejects; each reader is told. */
  async #answer(partition: Partition, readers: readonly Reader[]): Promise<void> {
    let records: readonly (Buffer | null)[];
    let marks: Marks | undefined;
    try {
      const names = readers.map(({ key }) => partition.entry(key));
      const { client } = this.#calls;
      const [found, seen] = await this.#calls.attempt('get', 'none', async () => {
        const sent = [client.send('MGET', names), client.send('HMGET', [partition.marks, 'g', 'n'])] as const;
        return (await Promise.all(sent)) as [readonly (Buffer | null)[], readonly (Buffer | null)[]];
      });
      records = found;
      marks = this.#seen(partition, seen);
    } catch (error) {
      for (const reader of readers) reader.failed(error);
      return;
    }
    const doubtful: Doubtful[] = [];
    for (let at = 0; at < readers.length; at++) {
      const reader = readers[at] as Reader;
      const record = records[at];
      if (record === null || record === undefined || marks === undefined) reader.found(undefined);
      else this.#judge(partition, reader, record, marks, doubtful);
    }
    if (doubtful.length > 0) await this.#judgeByNames(partition, doubtful);
  }

  /** Tells the reader of a record, or puts it with the doubtful ones. What is wrong with one record is no other reader's trouble. */
  #judge(partition: Partition, reader: Reader, record: Buffer, marks: Marks, doubtful: Doubtful[]): void {
    let verdict: boolean | undefined;
    try {
      checkRecord(record, reader.key);
      if (!isOfGeneration(record, marks.generation)) {
        verdict = false;
      } else if (hasGrace(record)) {
        this.#ask(partition, reader.key).then(
          (asked) => this.#tell(partition, reader, asked),
          (error: unknown) => reader.failed(error),
        );
        return;
      } else if (momentOf(record) >= marks.latest || !hasLabels(record)) {
        verdict = true;
      } else {
        const labels = labelsOf(record);
        verdict = marks.spare(momentOf(record), labels);
        if (verdict === undefined) doubtful.push({ reader, record, labels });
      }
    } catch (error) {
      reader.failed(error);
      return;
    }
    if (verdict !== undefined) this.#tell(partition, reader, verdict ? record : undefined);
  }

  #tell(partition: Partition, reader: Reader, record: Buffer | undefined): void {
    if (record === undefined) {
      reader.found(undefined);
      return;
    }
    if (tellsUse(record)) this.#onUsed(partition, reader.key, versionOf(record));
    reader.found(payloadOf(record));
  }

  /** Judges records that some removal by name may concern, by the marks of their names. Never rejects. */
  async #judgeByNames(partition: Partition, doubtful: readonly Doubtful[]): Promise<void> {
    let marks: Marks | undefined;
    try {
      const names = [...new Set(doubtful.flatMap(({ labels }) => labels))];
      const [generation, moment, forgotten, ...found] = (await this.#calls.attempt('get', 'none', () =>
        this.#calls.client.send('HMGET', [partition.marks, 'g', 'n', 'o', ...names]),
      )) as readonly (Buffer | null)[];
      marks = this.#seen(partition, [generation ?? null, moment ?? null]);
      marks?.learn(names, found, Number(forgotten ?? 0));
    } catch (error) {
      for (const { reader } of doubtful) reader.failed(error);
      return;
    }
    for (const { reader, record, labels } of doubtful) {
      const isGood =
        marks !== undefined &&
        isOfGeneration(record, marks.generation) &&
        marks.spare(momentOf(record), labels) === true;
      this.#tell(partition, reader, isGood ? record : undefined);
    }
  }

  /** What is known of the partition's marks, which were just read. */
  #seen(partition: Partition, [generation, moment]: readonly (Buffer | null)[]): Marks | undefined {
    if (!generation || !moment) return undefined;
    const known = this.#marks.get(partition);
    if (known?.isOf(generation, moment) === true) return known;
    const marks = new Marks(generation, moment);
    this.#marks.set(partition, marks);
    return marks;
  }

  async #ask(partition: Partition, key: string): Promise<Buffer | undefined> {
    const reply = await this.#calls.ask(READ, [partition.entry(key), partition.marks], []);
    return recordOf(reply, key);
  }
}

/** The record that a step of one key gave. Throws `CODEC_FAILED` when the step, or this version, cannot read what is there. */
export function recordOf(reply: Reply | undefined, key: string): Buffer | undefined {
  if (reply === null || reply === undefined) return undefined;
  if (typeof reply === 'number') throw unreadable(key, NO_ENTRY);
  const record = reply as Buffer;
  checkRecord(record, key);
  return record;
}
