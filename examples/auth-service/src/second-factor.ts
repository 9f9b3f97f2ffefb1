/** The second factor: codes of an authenticator app (TOTP, RFC 6238). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Cache, Manager } from '@cache/core';
import type { Database } from './database/database.ts';

const PERIOD_MS = 30_000;
const SECRET_BYTES = 20;
/** The code of this period, and of those beside it: clocks differ, and typing takes time. */
const DRIFTS = [0, -1, 1];
const ALLOWED_ATTEMPTS = 5;
const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export type CodeOutcome = 'accepted' | 'wrong' | 'locked' | 'none';

export class SecondFactor {
  readonly #attempts: Cache<number>;
  readonly #used: Cache<true>;
  readonly #database: Database;

  constructor(manager: Manager, database: Database) {
    this.#attempts = manager.cache<number>('code-attempts', { ttl: '15m' });
    // Longer than a code is good.
    this.#used = manager.cache<true>('used-codes', { ttl: '5m', jitter: 0 });
    this.#database = database;
  }

  /** A code is good once, and a few guesses are looked at: both are counted before anything is decided, for all processes together. */
  async verify(userId: string, code: string): Promise<CodeOutcome> {
    const secret = await this.#database.findSecondFactor(userId);
    if (secret === undefined) return 'none';
    if ((await this.#attempts.increment(userId)) > ALLOWED_ATTEMPTS) return 'locked';
    const period = Math.floor(Date.now() / PERIOD_MS);
    const found = DRIFTS.map((drift) => period + drift).find((each) => isCode(code, codeOf(secret, each)));
    if (found === undefined || !(await this.#used.setIfNotExists(`${userId}:${found}`, true))) return 'wrong';
    await this.#attempts.delete(userId);
    return 'accepted';
  }
}

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64');
}

/** What the app of the user is told, as apps read it: base 32. */
export function shownSecret(secret: string): string {
  const bits = [...Buffer.from(secret, 'base64')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => BASE_32[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}

/** The code that an app shows at this instant. */
export function codeAt(secret: string, now: number): string {
  return codeOf(secret, Math.floor(now / PERIOD_MS));
}

function codeOf(secret: string, period: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(period));
  const hmac = createHmac('sha1', Buffer.from(secret, 'base64')).update(counter).digest();
  const offset = (hmac.at(-1) as number) & 0xf;
  return String((hmac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function isCode(given: string, code: string): boolean {
  return given.length === code.length && timingSafeEqual(Buffer.from(given), Buffer.from(code));
}
