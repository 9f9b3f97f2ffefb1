/** Passwords, hashed with scrypt and a salt of their own: `salt.hash` in base64. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// Light, so that the example is quick on any machine. A real service takes a cost of 2 ** 17.
const PARAMETERS = { cost: 2 ** 12, blockSize: 8, parallelization: 1 };
const HASH_BYTES = 32;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt);
  return `${salt.toString('base64')}.${hash.toString('base64')}`;
}

export async function verifyPassword(password: string, hashed: string): Promise<boolean> {
  const [salt = '', hash = ''] = hashed.split('.');
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64')), Buffer.from(hash, 'base64'));
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, PARAMETERS, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}
