/** How observers are told of operations, whatever they do. */
import type { Lifecycle } from './lifecycle.ts';
import { operationOf, type Operation, type OperationName } from './middleware.ts';
import type { Observation, OperationOutcome } from './observing.ts';

/** The operations that give something of one key, or nothing. */
const READS: ReadonlySet<OperationName> = new Set(['get', 'getEntry', 'getMetadata', 'getAndDelete']);

/** Runs a step of an observer; what it throws is told to the `error` listeners, and `undefined` takes its place. */
export function guarded<X>(life: Lifecycle, step: () => X): X | undefined {
  try {
    return heeded(life, step());
  } catch (error) {
    fail(life, error);
    return undefined;
  }
}

/** What an observer gave. The rejection of an async one would end the process as an unhandled one. */
export function heeded<X>(life: Lifecycle, answer: X): X {
  if (answer instanceof Promise) answer.catch((error: unknown) => fail(life, error));
  return answer;
}

export function fail({ events }: Lifecycle, error: unknown): void {
  events.emit('error', { operation: 'observer', error });
}

/** Runs an operation, and tells of it. */
export async function toldOperation(
  life: Lifecycle,
  observations: readonly Observation[],
  name: OperationName,
  args: readonly unknown[],
  run: () => unknown,
): Promise<unknown> {
  const telling = new Telling(life, observations, name, args);
  try {
    const answer = await run();
    telling.end(outcomeOf(name, answer));
    return answer;
  } catch (error) {
    telling.end('failed', error);
    throw error;
  }
}

/** One operation, told at its beginning and its end to those who observe when it begins. */
export class Telling {
  readonly #life: Lifecycle;
  readonly #observations: readonly Observation[];
  readonly #operation: Operation;
  /** What the first gave for the beginning, and what the others did. */
  readonly #begun: unknown;
  readonly #others: readonly unknown[] | undefined;
  readonly #started: number;

  constructor(
    life: Lifecycle,
    observations: readonly Observation[],
    name: OperationName,
    args: readonly unknown[],
    /** When it began; left out: now. */
    started?: number,
  ) {
    this.#life = life;
    this.#observations = observations;
    this.#operation = operationOf(name, life.name, args);
    this.#begun = this.#begin(observations[0]);
    this.#others =
      observations.length > 1 ? observations.slice(1).map((each) => this.#begin(each)) : undefined;
    this.#started = started ?? life.clock.elapsed();
  }

  end(outcome: OperationOutcome, error?: unknown): void {
    const duration = this.#life.clock.elapsed() - this.#started;
    const end = outcome === 'failed' ? { outcome, duration, error } : { outcome, duration };
    for (let n = 0; n < this.#observations.length; n++) {
      try {
        const begun = n === 0 ? this.#begun : this.#others?.[n - 1];
        heeded<unknown>(this.#life, this.#observations[n]?.end(this.#operation, end, begun));
      } catch (thrown) {
        fail(this.#life, thrown);
      }
    }
  }

  #begin(observation: Observation | undefined): unknown {
    try {
      return heeded(this.#life, observation?.begin(this.#operation));
    } catch (error) {
      fail(this.#life, error);
      return undefined;
    }
  }
}

function outcomeOf(name: OperationName, answer: unknown): OperationOutcome {
  if (READS.has(name)) return answer === undefined ? 'miss' : 'hit';
  if (name === 'has') return answer === true ? 'hit' : 'miss';
  // `false` may be the value that an update gives.
  return answer === false && name !== 'update' ? 'unchanged' : 'done';
}
