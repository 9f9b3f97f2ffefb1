/** One client, asked by so many callers at once. Whoever has his answer asks again. */
import { idOf, keyOf, shuffled } from '../../method/keys.ts';
import { type Session, session } from '../../method/session.ts';
import { serve } from '../../method/worker.ts';
import { openSubject, type SubjectName } from '../subjects/subjects.ts';

export interface OperationSetting {
  readonly subject: SubjectName;
  readonly url: string;
  readonly entries: number;
}

/** `getMany`: of 100 keys. `load`: a `getOrSet` of a key that is not there, whose loader answers at once. */
export type Operation = 'get' | 'set' | 'getMany' | 'getOrSet' | 'load';

export interface OperationRound {
  readonly operation: Operation;
  readonly inFlight: number;
  readonly ms: number;
}

export interface OperationRoundTaken {
  readonly count: number;
  /** On the clock that all processes share, in nanoseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of this process, all its threads, in microseconds. */
  readonly processor: number;
  /** How long each took, in microseconds. */
  readonly samples: readonly number[];
}

const MANY = 100;
const FILLING = 256;

await serve(async ({ subject: name, url, entries }: OperationSetting) => {
  const subject = await openSubject(name)(url);
  const keys = Array.from({ length: entries }, (_, at) => keyOf(idOf(at)));
  const order = shuffled(entries);
  const values = Array.from({ length: Math.min(entries, 1_000) }, (_, at) =>
    subject.ready(session(at, 'plain')),
  );
  let next = 0;
  let cold = 0;
  let seen = 0;

  const keyAt = (step: number): string => keys[order[step % entries] as number] as string;
  const valueAt = (step: number): unknown => values[step % values.length];
  const operations: Record<Operation, () => Promise<void>> = {
    async get() {
      see(await subject.get(keyAt(next++)));
    },
    async set() {
      const step = next++;
      await subject.set(keyAt(step), valueAt(step));
    },
    async getMany() {
      const first = next;
      next += MANY;
      const wanted = Array.from({ length: MANY }, (_, at) => keyAt(first + at));
      const before = seen;
      let found = 0;
      for (const value of await subject.getMany(wanted)) {
        see(value);
        found++;
      }
      if (found !== MANY || seen === before) throw new Error(`${name}: found ${found} of ${MANY}`);
    },
    async getOrSet() {
      see(await subject.getOrSet(keyAt(next++), () => Promise.reject(new Error('not a hit'))));
    },
    async load() {
      const step = cold++;
      see(await subject.getOrSet(`cold:${process.pid}:${step}`, async () => valueAt(step)));
    },
  };
  const see = (value: unknown): void => {
    seen += Buffer.isBuffer(value) ? value.length : (value as Session).visits;
  };

  for (let first = 0; first < entries; first += FILLING)
    await Promise.all(
      keys.slice(first, first + FILLING).map((key, at) => subject.set(key, valueAt(first + at))),
    );

  return async ({ operation, inFlight, ms }: OperationRound): Promise<OperationRoundTaken> => {
    const once = operations[operation];
    const samples: number[] = [];
    const used = process.cpuUsage();
    const startedAt = process.hrtime.bigint();
    const until = performance.now() + ms;
    const ask = async (): Promise<void> => {
      for (let at = performance.now(); at < until;) {
        await once();
        const now = performance.now();
        samples.push(now - at);
        at = now;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, ask));
    const endedAt = process.hrtime.bigint();
    const { user, system } = process.cpuUsage(used);
    return {
      count: samples.length,
      startedAt: Number(startedAt),
      endedAt: Number(endedAt),
      processor: user + system,
      samples: samples.map((sample) => Math.round(sample * 1_000)),
    };
  };
});
