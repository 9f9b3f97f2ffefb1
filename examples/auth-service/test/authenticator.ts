import { codeAt } from '../src/second-factor.ts';

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The app of a user: it reads the secret as it was shown, and shows codes. */
export function authenticator(shown: string): (now?: number) => string {
  const bits = shown
    .split('')
    .map((letter) => BASE_32.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2));
  const secret = Buffer.from(bytes).toString('base64');
  return (now = Date.now()) => codeAt(secret, now);
}
