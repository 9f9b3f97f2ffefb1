/** The reads of one turn, in one round trip for each partition. */
import type { Calls } from './calls.ts';
import { checkRecord, hasGrace, hasLabels, isOfGeneration, labelsOf, momentOf } from './entry-format.ts';
import { Marks } from './marks.ts';
import type { Partition } from './partitions.ts';
import type { Reply } from './port.ts';
import { READ } from './steps.ts';

/** So many records are asked for with one command: the server does nothing else meanwhile. */
const MOST_TOGETHER = 256;

interface Reader {
  readonly key: string;
  readonly resolve: (record: Buffer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

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
  readonly #waiting = new Map<Partition, Reader[]>();
  readonly #marks = new Map<Partition, Marks>();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** The record of the fresh entry of `key`. Throws `CODEC_FAILED` for what cannot be read. */
  record(partition: Partition, key: string): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(partition);
      const reader = { key, resolve, reject };
      if (waiting !== undefined) {
        waiting.push(reader);
        return;
      }
      // After all that runs in this turn: those who were waiting for one reply ask again together.
      if (this.#waiting.size === 0) process.nextTick(() => this.#flush());
      this.#waiting.set(partition, [reader]);
    });
  }

  #flush(): void {
    for (const [partition, readers] of this.#waiting) {
      for (let first = 0; first < readers.length; first += MOST_TOGETHER) {
        void this.#answer(partition, readers.slice(first, first + MOST_TOGETHER));
      }
    }
    this.#waiting.clear();
  }

  /** Never rejects. */
  async #answer(partition: Partition, readers: readonly Reader[]): Promise<void> {
    try {
      const names = readers.map(({ key }) => partition.entry(key));
      const { client } = this.#calls;
      const [records, seen] = await this.#calls.attempt('get', true, async () => {
        const sent = [client.send('MGET', names), client.send('HMGET', [partition.marks, 'g', 'n'])] as const;
        return (await Promise.all(sent)) as [readonly (Buffer | null)[], readonly (Buffer | null)[]];
      });
      const marks = this.#seen(partition, seen);
      const doubtful: Doubtful[] = [];
      readers.forEach((reader, at) => {
        const record = records[at];
        if (record === null || record === undefined || marks === undefined) reader.resolve(undefined);
        else this.#judge(partition, reader, record, marks, doubtful);
      });
      if (doubtful.length > 0) await this.#judgeByNames(partition, doubtful);
    } catch (error) {
      for (const reader of readers) reader.reject(error);
    }
  }

  #judge(partition: Partition, reader: Reader, record: Buffer, marks: Marks, doubtful: Doubtful[]): void {
    try {
      checkRecord(record, reader.key);
    } catch (error) {
      return reader.reject(error);
    }
    if (!isOfGeneration(record, marks.generation)) return reader.resolve(undefined);
    if (hasGrace(record)) {
      this.#ask(partition, reader.key).then(reader.resolve, reader.reject);
      return undefined;
    }
    if (momentOf(record) >= marks.latest || !hasLabels(record)) return reader.resolve(record);
    const labels = labelsOf(record);
    const verdict = marks.spare(momentOf(record), labels);
    if (verdict === undefined) doubtful.push({ reader, record, labels });
    else reader.resolve(verdict ? record : undefined);
    return undefined;
  }

  /** Judges records that some removal by name may concern, by the marks of their names. */
  async #judgeByNames(partition: Partition, doubtful: readonly Doubtful[]): Promise<void> {
    const names = [...new Set(doubtful.flatMap(({ labels }) => labels))];
    const [generation, moment, ...found] = (await this.#calls.attempt('get', true, () =>
      this.#calls.client.send('HMGET', [partition.marks, 'g', 'n', ...names]),
    )) as readonly (Buffer | null)[];
    const marks = this.#seen(partition, [generation ?? null, moment ?? null]);
    marks?.learn(names, found);
    for (const { reader, record, labels } of doubtful) {
      const isGood =
        marks !== undefined &&
        isOfGeneration(record, marks.generation) &&
        marks.spare(momentOf(record), labels) === true;
      reader.resolve(isGood ? record : undefined);
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
    const reply = await this.#calls.repeat(READ, [partition.entry(key), partition.marks], []);
    return recordOf(reply, key);
  }
}

/** The record that a step of one key gave. */
export function recordOf(reply: Reply | undefined, key: string): Buffer | undefined {
  if (reply === null || reply === undefined) return undefined;
  const record = reply as Buffer;
  checkRecord(record, key);
  return record;
}
