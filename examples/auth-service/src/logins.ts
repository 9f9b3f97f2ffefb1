/** Logins, and the counter that ends the guessing of passwords. */
import type { Cache, Manager } from '@cache/core';
import type { Database } from './database/database.ts';
import { hashPassword, verifyPassword } from './password.ts';

/** Attempts within {@link WINDOW} that reach the password. */
export const ALLOWED_ATTEMPTS = 5;
const WINDOW = '15m';

export type LoginOutcome =
  | { readonly status: 'accepted'; readonly userId: string }
  | { readonly status: 'wrong'; readonly attempts: number }
  | { readonly status: 'locked'; readonly attempts: number; readonly retryAfterSeconds: number };

export class Logins {
  readonly #attempts: Cache<number>;
  readonly #database: Database;
  /** Compared with when there is no such user, so that the time of an answer does not tell who has an account. */
  readonly #decoy = hashPassword('nobody has this password');

  constructor(manager: Manager, database: Database) {
    this.#attempts = manager.cache<number>('login-attempts', { ttl: WINDOW });
    this.#database = database;
  }

  /**
   * Counts first and looks at the password afterwards: of a thousand guesses at once, each gets a number of its own and five get a look.
   * Checking first and counting the failures would let all of them look before the first one is counted.
   */
  async attempt(email: string, password: string): Promise<LoginOutcome> {
    const account = email.trim().toLowerCase();
    // Without a ttl the counter keeps its remaining life: further guesses do not lengthen the lock, and nobody can be locked out for good.
    const attempts = await this.#attempts.increment(account);
    if (attempts > ALLOWED_ATTEMPTS) {
      return { status: 'locked', attempts, retryAfterSeconds: await this.#remainingSeconds(account) };
    }
    const credentials = await this.#database.findCredentials(account);
    const matches = await verifyPassword(password, credentials?.password ?? (await this.#decoy));
    if (credentials === undefined || !matches) return { status: 'wrong', attempts };
    await this.#attempts.delete(account);
    return { status: 'accepted', userId: credentials.userId };
  }

  async #remainingSeconds(account: string): Promise<number> {
    const metadata = await this.#attempts.getMetadata(account);
    return metadata === undefined ? 0 : Math.max(0, Math.ceil((metadata.expiresAt - Date.now()) / 1_000));
  }
}
