import type {
  Credentials,
  Database,
  NewUser,
  QueryCounts,
  User,
  UserChange,
} from '../src/database/database.ts';
import type { Tables } from '../src/database/tables.ts';

/** The tables without a thread. The answer to a change can be kept under way. */
export class TablesDatabase implements Database {
  /** What an answer to a change waits for, when the change has been made. */
  answer: Promise<void> = Promise.resolve();
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  async findUser(id: string): Promise<User | undefined> {
    return this.#tables.findUser(id);
  }

  async changeUser(id: string, change: UserChange): Promise<User | undefined> {
    const row = this.#tables.changeUser(id, change);
    await this.answer;
    return row;
  }

  async countVisit(id: string): Promise<User | undefined> {
    return this.#tables.countVisit(id);
  }

  async deleteUser(id: string): Promise<boolean> {
    return this.#tables.deleteUser(id);
  }

  async renameTeam(id: string, name: string): Promise<boolean> {
    return this.#tables.renameTeam(id, name);
  }

  async findCredentials(email: string): Promise<Credentials | undefined> {
    return this.#tables.findCredentials(email);
  }

  async createUser(user: NewUser): Promise<void> {
    this.#tables.createUser(user);
  }

  async findSecondFactor(id: string): Promise<string | undefined> {
    return this.#tables.findSecondFactor(id);
  }

  async changePassword(id: string, password: string): Promise<boolean> {
    return this.#tables.changePassword(id, password);
  }

  async ping(): Promise<void> {
    this.#tables.ping();
  }

  async queryCounts(): Promise<QueryCounts> {
    return this.#tables.queryCounts();
  }

  async close(): Promise<void> {}
}
