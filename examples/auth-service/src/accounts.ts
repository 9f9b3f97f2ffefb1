/** Accounts: who may log in, and by what. */
import { randomUUID } from 'node:crypto';
import type { Database } from './database/database.ts';
import { hashPassword } from './password.ts';
import { newSecret, shownSecret } from './second-factor.ts';

/** Where everybody begins. */
const FIRST_TEAM = 'team-1';

export interface Registration {
  readonly userId: string;
  /** To be typed into an authenticator app; shown this once. */
  readonly secondFactor: string;
}

export class Accounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rejects with a `DatabaseError` of the reason `'refused'` when the address has an account. */
  async register(name: string, email: string, password: string): Promise<Registration> {
    const id = `user-${randomUUID()}`;
    const secret = newSecret();
    await this.#database.createUser({
      id,
      name,
      email: email.trim().toLowerCase(),
      teamId: FIRST_TEAM,
      password: await hashPassword(password),
      secondFactor: secret,
    });
    return { userId: id, secondFactor: shownSecret(secret) };
  }

  /** False: there is no such user. */
  async changePassword(userId: string, password: string): Promise<boolean> {
    return this.#database.changePassword(userId, await hashPassword(password));
  }
}
