/** `getMany`: one question and one deadline, where the engine can be asked for all keys at once. */
import type { CallOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import type { Answers, Payload } from './engine.ts';
import { checkKeys } from './keyspace.ts';
import type { Opened } from './opened.ts';
import { throwPartial } from './partial-failure.ts';
import { missed, reveal } from './revealing.ts';
import { isAbsence } from './trouble.ts';

/** So many keys are under way at once. */
const WINDOW = 1_000;

/** The values of the fresh entries among `keys`. */
export async function getMany<R>(
  opened: Opened,
  keys: Iterable<string>,
  options: CallOptions | undefined,
): Promise<Map<string, R>> {
  const asked = checkKeys(keys);
  checkCall(options);
  const answers = new ManyAnswers(asked);
  await ask(opened, asked, answers, options);

  const found = new Map<string, R>();
  const failures = new Map<string, unknown>();
  const waits: Promise<void>[] = [];
  for (let place = 0; place < asked.length; place++) {
    const key = asked[place] as string;
    try {
      if (answers.failures.size > 0 && answers.failures.has(place))
        opened.remote.bear(answers.failures.get(place), 'getMany', key, options);
      const payload: Payload = answers.payloads[place];
      const value = payload === undefined ? missed(opened, key) : reveal(opened, key, payload, options);
      if (value === undefined) continue;
      // A promise keeps the place of its value: what is given is in the order of the keys.
      found.set(key, value as R);
      if (value instanceof Promise) waits.push(settle(key, value as Promise<R | undefined>, found, failures));
    } catch (error) {
      failures.set(key, error);
    }
  }
  if (waits.length > 0) await Promise.all(waits);
  if (failures.size > 0) throwPartial(opened, 'getMany', outcomesOf(asked, found, failures), options?.signal);
  return found;
}

/** Puts what comes of `value` into its place. Never rejects. */
async function settle<R>(
  key: string,
  value: Promise<R | undefined>,
  found: Map<string, R>,
  failures: Map<string, unknown>,
): Promise<void> {
  try {
    const revealed = await value;
    if (revealed === undefined) found.delete(key);
    else found.set(key, revealed);
  } catch (error) {
    found.delete(key);
    failures.set(key, error);
  }
}

/** Asks for every key, in windows of a deadline each; what came of each key is with `answers`. Never rejects. */
async function ask(
  opened: Opened,
  keys: readonly string[],
  answers: ManyAnswers,
  options: CallOptions | undefined,
): Promise<void> {
  const size = opened.traits.synchronous ? keys.length : WINDOW;
  for (let first = 0; first < keys.length; first += size) {
    const window = keys.length <= size ? keys : keys.slice(first, first + size);
    try {
      await askWindow(opened, window, first === 0 ? answers : answers.after(first), options);
    } catch (error) {
      // There was no answer: the rest is not asked for.
      answers.failRest(error);
      return;
    }
  }
}

/** Rejects when no key had an answer, or the wait for them is over. */
async function askWindow(
  { engine, remote }: Opened,
  keys: readonly string[],
  answers: Answers,
  options: CallOptions | undefined,
): Promise<void> {
  if (engine.getMany !== undefined) {
    await remote.wait(engine.getMany(keys, answers), 'getMany', undefined, options);
    return;
  }
  const absences: unknown[] = [];
  const waits: Promise<void>[] = [];
  keys.forEach((key, place) => {
    const failed = (error: unknown): void => {
      answers.failed(place, error);
      if (isAbsence(error) || options?.signal?.aborted === true) absences.push(error);
    };
    const found = (payload: Payload): void => answers.found(place, payload);
    try {
      const answer = engine.get(key);
      if (!(answer instanceof Promise)) found(answer);
      else waits.push((remote.wait(answer, 'getMany', key, options) as Promise<Payload>).then(found, failed));
    } catch (error) {
      failed(error);
    }
  });
  if (waits.length > 0) await Promise.all(waits);
  if (absences.length === keys.length) throw absences[0];
}

/** In the place of a payload of which nothing was told. */
const UNTOLD = Symbol('untold');

class ManyAnswers implements Answers {
  readonly payloads: Payload[];
  /** By place. */
  readonly failures = new Map<number, unknown>();

  constructor(keys: readonly string[]) {
    this.payloads = keys.map(() => UNTOLD);
  }

  found(place: number, payload: Payload): void {
    if (this.payloads[place] === UNTOLD) this.payloads[place] = payload;
  }

  failed(place: number, error: unknown): void {
    if (this.payloads[place] !== UNTOLD) return;
    this.payloads[place] = undefined;
    this.failures.set(place, error);
  }

  /** The answers about the keys from `first` on. */
  after(first: number): Answers {
    return {
      found: (place, payload) => this.found(first + place, payload),
      failed: (place, error) => this.failed(first + place, error),
    };
  }

  /** The wait is over: what was not told has failed with it. */
  failRest(error: unknown): void {
    for (let place = 0; place < this.payloads.length; place++) this.failed(place, error);
  }
}

function outcomesOf(
  keys: readonly string[],
  found: ReadonlyMap<string, unknown>,
  failures: ReadonlyMap<string, unknown>,
): Map<string, PromiseSettledResult<unknown>> {
  return new Map(
    keys.map((key): [string, PromiseSettledResult<unknown>] => [
      key,
      failures.has(key)
        ? { status: 'rejected', reason: failures.get(key) }
        : { status: 'fulfilled', value: found.get(key) },
    ]),
  );
}
