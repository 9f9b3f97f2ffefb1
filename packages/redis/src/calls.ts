/** Sends steps to Redis: again when nothing was executed, never when nobody knows and it must happen once. */
import { randomBytes } from 'node:crypto';
import { CacheError, type Clock } from '@cache/core';
import { type Effect, failureOf, meaningOf } from './failures.ts';
import { Gathering } from './gathering.ts';
import type { Argument, Client, Reply } from './port.ts';
import { type Script, ScriptRunner } from './script.ts';

const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 64;
/** A step is told of keys that it needs at most so often: each time something must have changed them meanwhile. */
const MOST_ADDITIONS = 64;

export interface CallsOptions {
  readonly client: Client;
  readonly address: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly deadline: number;
}

export class Calls {
  readonly client: Client;
  /** What this turn is still to send. */
  readonly gathering: Gathering = new Gathering();
  readonly #scripts: ScriptRunner;
  readonly #address: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #deadline: number;
  /** Ends the pauses that are under way. */
  readonly #pauses = new Set<() => void>();
  #isClosed = false;
  /** Attempts that are under way, and who waits for the last of them. */
  #underWay = 0;
  #onIdle: (() => void) | undefined;
  /** Nobody else's, so that no two sendings of any process have one id. */
  readonly #sender = randomBytes(9).toString('base64url');
  #sendings = 0;

  constructor({ client, address, clock, random, deadline }: CallsOptions) {
    this.client = client;
    this.#scripts = new ScriptRunner(client);
    this.#address = address;
    this.#clock = clock;
    this.#random = random;
    this.#deadline = deadline;
  }

  /** Runs a step that changes something. A lost reply is `UNKNOWN_OUTCOME`. */
  write(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    return this.#run(script, keys, args, 'once');
  }

  /** Runs a step that only asks. Nothing that anybody could tell is changed by it, so a lost reply is `UNAVAILABLE`. */
  ask(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    return this.#run(script, keys, args, 'none');
  }

  /** Runs a step that may be executed twice and means the same. */
  repeat(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    return this.#run(script, keys, args, 'repeatable');
  }

  /** Like `repeat`, for a step that is told which sending of it this is: `argsOf` is called for each. */
  repeatAnew(
    script: Script,
    keys: readonly string[],
    argsOf: (sending: string) => readonly Argument[],
  ): Promise<Reply> {
    return this.attempt(script.name, 'repeatable', () =>
      this.#scripts.run(script, keys, argsOf(`${this.#sender}${(this.#sendings += 1).toString(36)}`)),
    );
  }

  /** Like `write`, for a step that may name keys which it needs besides. All its rounds are within one deadline. */
  async writeAll(
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
    effect: Effect = 'once',
  ): Promise<readonly Reply[]> {
    const startedAt = this.#clock.elapsed();
    const declared = [...keys];
    for (let additions = 0; additions < MOST_ADDITIONS; additions++) {
      const reply = (await this.#run(script, declared, args, effect, startedAt)) as readonly Reply[];
      if (reply[0] !== WANTING) return reply;
      if (this.#isOver(startedAt)) break;
      for (const missing of reply[1] as readonly Buffer[]) declared.push(missing.toString());
    }
    throw new CacheError(
      'UNAVAILABLE',
      `redis at ${this.#address}: ${script.name} was not executed: its entries change too often; try again`,
      { answered: true },
    );
  }

  /**
   * Makes attempts as long as nothing was executed and the deadline is not over, and unless it must happen once, also when nobody knows.
   * Rejects with `CLOSED` when it comes too late.
   */
  async attempt<X>(
    operation: string,
    effect: Effect,
    send: () => Promise<X>,
    startedAt: number = this.#clock.elapsed(),
  ): Promise<X> {
    if (this.#isClosed)
      throw new CacheError('CLOSED', `redis at ${this.#address}: ${operation} came after the end`);
    this.gathering.flush();
    this.#underWay += 1;
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        try {
          return await send();
        } catch (error) {
          const wait = pause * (0.5 + this.#random() / 2);
          if (this.#isClosed || !mayRepeat(error, effect) || this.#isOver(startedAt, wait))
            throw failureOf(error, operation, this.#address, effect);
          await this.#pause(wait);
          if (this.#isClosed) throw failureOf(error, operation, this.#address, effect);
        }
      }
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
    }
  }

  /**
   * Lets no attempt begin any more, and resolves when the last one has ended, after `withinMs` at the latest. A step of which the server does
   * not know the text is sent twice: the connection must not end in between.
   */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#pauses) end();
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(withinMs, resolve);
      this.#onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  #run(
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
    effect: Effect,
    startedAt?: number,
  ): Promise<Reply> {
    return this.attempt(script.name, effect, () => this.#scripts.run(script, keys, args), startedAt);
  }

  /** Whether the deadline of what began at `startedAt` is over in `ms`. */
  #isOver(startedAt: number, ms = 0): boolean {
    return this.#clock.elapsed() + ms - startedAt >= this.#deadline;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const cancel = this.#clock.after(ms, end);
      this.#pauses.add(end);
    });
  }
}

const WANTING = -1;

function mayRepeat(error: unknown, effect: Effect): boolean {
  const meaning = meaningOf(error);
  return meaning === 'not-executed' || (meaning === 'unknown' && effect !== 'once');
}
