/** The database as the service sees it: questions to the thread that SQLite runs in. */
import { Worker } from 'node:worker_threads';
import {
  DatabaseError,
  type Credentials,
  type Database,
  type NewUser,
  type QueryCounts,
  type User,
  type UserChange,
} from './database.ts';
import type { Answer, Operation, Question, Setup } from './messages.ts';
import type { Tables } from './tables.ts';

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export class SqliteDatabase implements Database {
  readonly #thread: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: DatabaseError | undefined;

  constructor(setup: Setup) {
    this.#thread = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: setup,
      // Some releases of Node 24 call node:sqlite experimental, which is not news to those who start the service.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#thread.on('message', (answer: Answer) => this.#settle(answer));
    this.#thread.on('error', (cause) =>
      this.#end(new DatabaseError('failed', 'the database broke down', { cause })),
    );
    this.#thread.on('exit', () => this.#end(new DatabaseError('failed', 'the database is closed')));
  }

  findUser(id: string, signal?: AbortSignal): Promise<User | undefined> {
    return this.#ask('findUser', [id], signal);
  }

  changeUser(id: string, change: UserChange): Promise<User | undefined> {
    return this.#ask('changeUser', [id, change]);
  }

  countVisit(id: string): Promise<User | undefined> {
    return this.#ask('countVisit', [id]);
  }

  deleteUser(id: string): Promise<boolean> {
    return this.#ask('deleteUser', [id]);
  }

  renameTeam(id: string, name: string): Promise<boolean> {
    return this.#ask('renameTeam', [id, name]);
  }

  findCredentials(email: string): Promise<Credentials | undefined> {
    return this.#ask('findCredentials', [email]);
  }

  createUser(user: NewUser): Promise<void> {
    return this.#ask('createUser', [user]);
  }

  findSecondFactor(id: string): Promise<string | undefined> {
    return this.#ask('findSecondFactor', [id]);
  }

  changePassword(id: string, password: string): Promise<boolean> {
    return this.#ask('changePassword', [id, password]);
  }

  /** Of its tables: two processes on one file have the same. Rejects when the tables cannot be had. */
  identity(): Promise<string> {
    return this.#ask('identity', []);
  }

  ping(): Promise<void> {
    return this.#ask('ping', []);
  }

  queryCounts(): Promise<QueryCounts> {
    return this.#ask('queryCounts', []);
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  async #ask<O extends Operation>(
    operation: O,
    args: Parameters<Tables[O]>,
    signal?: AbortSignal,
  ): Promise<ReturnType<Tables[O]>> {
    signal?.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    const id = ++this.#lastId;
    // SQLite cannot be interrupted from here: an abort means that nobody waits for the answer any more.
    const leave = (): void => this.#pending.get(id)?.reject(signal?.reason);
    try {
      return await new Promise<ReturnType<Tables[O]>>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        signal?.addEventListener('abort', leave, { once: true });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        this.#thread.postMessage({ id, operation, args } satisfies Question);
      });
    } finally {
      this.#pending.delete(id);
      signal?.removeEventListener('abort', leave);
    }
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (answer.status === 'done') pending?.resolve(answer.value as never);
    else pending?.reject(new DatabaseError(answer.status, answer.message));
  }

  #end(error: DatabaseError): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
  }
}
