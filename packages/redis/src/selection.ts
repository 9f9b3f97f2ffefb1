/** Whether a connection is in its database. A client of ioredis that is refused another one goes on in database 0. */
import type { Redis } from 'ioredis';
import { messageOf } from './failures.ts';

/** What an error of ioredis tells of the command that it answers. */
interface Failed {
  readonly command?: { readonly name?: string; readonly args?: readonly unknown[] };
}

export class Selection {
  readonly #client: Redis;
  readonly #isOurs: boolean;
  #fault: Error | undefined;
  /** Whether everything was heard that this connection was told. */
  #isHeard: boolean;

  /** `isOurs`: it may be made to connect again. */
  constructor(client: Redis, isOurs: boolean) {
    this.#client = client;
    this.#isOurs = isOurs;
    this.#isHeard = client.status !== 'connect' && client.status !== 'ready';
    client.on('connecting', this.#begin).on('error', this.#failed).on('ready', this.#ready);
    if (client.status === 'ready') this.#ready();
  }

  /** Why nothing may be sent; `undefined`: the connection is where it should be, or it is none yet. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /** Stops listening to the client. */
  leave(): void {
    this.#client.off('connecting', this.#begin).off('error', this.#failed).off('ready', this.#ready);
  }

  get #wanted(): number {
    return this.#client.options.db ?? 0;
  }

  readonly #begin = (): void => {
    this.#fault = undefined;
    this.#isHeard = true;
  };

  readonly #ready = (): void => {
    if (!this.#isHeard && this.#fault === undefined && this.#wanted !== 0) this.#ask();
  };

  /** Before the connection is said to be ready every database was asked for, and answered. */
  readonly #failed = (error: unknown): void => {
    const { command } = error as Failed;
    if (command?.name !== 'select') return;
    this.#fault = refused(this.#wanted, messageOf(error));
    if (this.#isOurs) this.#client.disconnect(true);
  };

  #ask(): void {
    const asking = new Error(`database ${this.#wanted} is not known to be selected yet`);
    this.#fault = asking;
    this.#client.callBuffer('CLIENT', 'INFO').then(
      (info) => {
        const found = Number(/ db=(\d+) /.exec(String(info))?.[1]);
        if (this.#fault !== asking) return;
        this.#fault =
          found === this.#wanted ? undefined : refused(this.#wanted, `the client is in database ${found}`);
      },
      // A user who may not ask is believed, and when the connection is lost the next one is listened to.
      () => {
        if (this.#fault === asking) this.#fault = undefined;
      },
    );
  }
}

function refused(database: number, said: string): Error {
  return new Error(`database ${database} was refused: ${said}`);
}
