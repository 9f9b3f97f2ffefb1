/** The reads of one `getMany`. */
import type { Answers, Payload } from '@cache/core';
import type { Partitions } from './partitions.ts';
import type { Reader, Reads } from './reads.ts';

/** Tells `answers` of each key. Rejects when all of them failed, with what the last of them failed with. */
export function readMany(
  reads: Reads,
  partitions: Partitions,
  keys: readonly string[],
  answers: Answers,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const many = new ManyReads(answers, keys.length, resolve, reject);
    for (let place = 0; place < keys.length; place++) {
      const reader = new OneOfMany(keys[place] as string, place, many);
      // The route of a key is told by the program.
      try {
        reads.read(partitions.of(reader.key), reader);
      } catch (error) {
        reader.failed(error);
      }
    }
  });
}

/** One object for each key, because there may be many of them. */
class OneOfMany implements Reader {
  readonly key: string;
  readonly place: number;
  readonly many: ManyReads;

  constructor(key: string, place: number, many: ManyReads) {
    this.key = key;
    this.place = place;
    this.many = many;
  }

  found(payload: Payload | undefined): void {
    this.many.answers.found(this.place, payload);
    this.many.told(undefined);
  }

  failed(error: unknown): void {
    this.many.answers.failed(this.place, error);
    this.many.failures += 1;
    this.many.told(error);
  }
}

class ManyReads {
  readonly answers: Answers;
  failures = 0;
  readonly #count: number;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #left: number;

  constructor(answers: Answers, count: number, resolve: () => void, reject: (error: unknown) => void) {
    this.answers = answers;
    this.#count = count;
    this.#left = count;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  told(error: unknown): void {
    this.#left -= 1;
    if (this.#left > 0) return;
    if (this.failures === this.#count) this.#reject(error);
    else this.#resolve();
  }
}
