/** How strongly a subject was authenticated: the levels of NIST SP 800-63B-4, and what carries each. This file imports nothing. */

/** An authentication method, by its name of RFC 8176; others may be used, and carry no level above 1. */
export type AuthMethod =
  | 'face'
  | 'fpt'
  | 'hwk'
  | 'iris'
  | 'kba'
  | 'mfa'
  | 'otp'
  | 'pin'
  | 'pop'
  | 'pwd'
  | 'retina'
  | 'sc'
  | 'sms'
  | 'swk'
  | 'tel'
  | 'user'
  | 'vbm'
  | (string & Record<never, never>);

/** 0: nobody was authenticated. */
export type AssuranceLevel = 0 | 1 | 2 | 3;

type Factor = 'knowledge' | 'possession' | 'inherence';

const FACTORS: ReadonlyMap<string, Factor> = new Map<string, Factor>([
  ['pwd', 'knowledge'],
  ['pin', 'knowledge'],
  ['kba', 'knowledge'],
  ['otp', 'possession'],
  ['sms', 'possession'],
  ['tel', 'possession'],
  ['swk', 'possession'],
  ['pop', 'possession'],
  ['hwk', 'possession'],
  ['sc', 'possession'],
  ['face', 'inherence'],
  ['fpt', 'inherence'],
  ['iris', 'inherence'],
  ['retina', 'inherence'],
  ['vbm', 'inherence'],
]);

/** The highest level that these methods together carry: 2 for two factors, 3 when one of them is a key that hardware keeps. */
export function levelOf(methods: readonly AuthMethod[]): AssuranceLevel {
  if (methods.length === 0) return 0;
  const factors = new Set(
    methods.map((method) => FACTORS.get(method)).filter((factor) => factor !== undefined),
  );
  if (factors.size < 2 && !methods.includes('mfa')) return 1;
  return methods.includes('hwk') || methods.includes('sc') ? 3 : 2;
}

/** How long a session of a level may last at most, whatever its policy says: milliseconds. */
export function longestAt(level: AssuranceLevel): number {
  return level === 3 ? 12 * 3_600_000 : Infinity;
}
