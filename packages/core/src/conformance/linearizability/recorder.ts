/** Recording what clients called, when, and what they were answered. */
import type { Clock } from '../../clock.ts';
import { isCacheError } from '../../errors.ts';
import type { CacheInput, CacheOperation, CacheOutput } from './cache-model.ts';

/** How the loaders of a round fail. An error that crossed a process is known by nothing but its text. */
export const LOADER_FAILS = 'the loader of this round fails';

/** Operations that change nothing: one without an answer says nothing. */
const READS: ReadonlySet<CacheInput['op']> = new Set(['get', 'isListed', 'lookUp']);

export class Recorder {
  readonly operations: CacheOperation[] = [];
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time, a little later with each look: what happens at one instant of simulated time has an order too. */
  tick(): number {
    this.#last = Math.max(this.#clock.now(), this.#last + TICK);
    return this.#last;
  }
}

/** A round looks at the time some thousand times: together less than the tolerance of the model. */
const TICK = 1e-6;
export const TOLERANCE = 0.1;

/** What one client does in one turn. */
export class Act {
  readonly client: string;
  readonly key: string;
  readonly #recorder: Recorder;

  constructor(recorder: Recorder, client: string, key: string) {
    this.#recorder = recorder;
    this.client = client;
    this.key = key;
  }

  /** An operation on the key of this turn. */
  async once(input: CacheInput, call: () => Promise<CacheOutput | undefined | void>): Promise<void> {
    await this.#record([this.key], input, async () => {
      const answer = (await call()) ?? null;
      return () => answer;
    });
  }

  /** An operation on a group of keys: for each of them it is one of its own. */
  async on(keys: readonly string[], input: CacheInput, call: () => Promise<void>): Promise<void> {
    await this.#record(keys, input, async () => {
      await call();
      return () => true;
    });
  }

  /** An operation that lists some of `keys`: for each of them it tells whether it is there. */
  async see(
    keys: readonly string[],
    input: CacheInput,
    call: () => Promise<readonly string[]>,
  ): Promise<void> {
    await this.#record(keys, input, async () => {
      const listed = await call();
      if (new Set(listed).size < listed.length) throw new Error(`listed twice: ${listed.join()}`);
      return (key) => listed.includes(key);
    });
  }

  async #record(
    keys: readonly string[],
    input: CacheInput,
    call: () => Promise<(key: string) => CacheOutput>,
  ): Promise<void> {
    const start = this.#recorder.tick();
    const note = (end: number, answer: (key: string) => CacheOutput | undefined): void => {
      const { client } = this;
      const all = keys.map((key): CacheOperation => ({
        key,
        client,
        input,
        output: answer(key),
        start,
        end,
      }));
      this.#recorder.operations.push(...all);
    };
    try {
      const answer = await call();
      note(this.#recorder.tick(), answer);
    } catch (error) {
      if (error instanceof Error && error.message.includes(LOADER_FAILS)) return;
      if (!isCacheError(error, 'UNKNOWN_OUTCOME')) throw error;
      if (!READS.has(input.op)) note(Infinity, () => undefined);
    }
  }
}

/** Marks the operations that run at the same time as an invalidation by tag or a clear of their key. */
export function withOverlaps(operations: readonly CacheOperation[]): readonly CacheOperation[] {
  const removals = operations.filter(({ input }) => input.op === 'invalidate' || input.op === 'clear');
  return operations.map((operation) => {
    const { key, start, end } = operation;
    const overlapped = removals.some(
      (removal) =>
        removal !== operation && removal.key === key && removal.start <= end && removal.end >= start,
    );
    return { ...operation, overlapped };
  });
}
