import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { expect, test, vi } from 'vitest';
import { Tables } from '../src/database/tables.ts';
import { codeAt, newSecret, SecondFactor, shownSecret } from '../src/second-factor.ts';
import { authenticator } from './authenticator.ts';
import { TablesDatabase } from './tables-database.ts';

const secret = newSecret();

function begin(): SecondFactor {
  const tables = new Tables({ password: '', teams: [{ id: 'red', name: 'Red' }], users: [] });
  const user = { name: 'Ada', teamId: 'red', password: '', secondFactor: secret };
  tables.createUser({ ...user, id: 'ada', email: 'ada@example.com' });
  tables.createUser({ ...user, id: 'bob', email: 'bob@example.com' });
  return new SecondFactor(createManager({ providers: [memory()] }), new TablesDatabase(tables));
}

test.each([
  [59_000, '287082'],
  [1_111_111_109_000, '081804'],
  [1_111_111_111_000, '050471'],
  [20_000_000_000_000, '353130'],
])('at %d ms the code is that of RFC 6238', (now, code) => {
  expect(codeAt(Buffer.from('12345678901234567890').toString('base64'), now)).toBe(code);
});

test('an authenticator app that reads the secret as it is shown has the same codes', () => {
  expect(shownSecret(secret)).toMatch(/^[A-Z2-7]{32}$/);
  expect(authenticator(shownSecret(secret))(59_000)).toBe(codeAt(secret, 59_000));
});

test('of those who give a code at the same time one is let in, and the code of the period before is good, too', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  try {
    const factor = begin();
    const code = codeAt(secret, Date.now());
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => factor.verify('ada', code)));
    expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBe(1);
    expect(await factor.verify('bob', codeAt(secret, Date.now() - 30_000))).toBe('accepted');
    expect(await factor.verify('bob', codeAt(secret, Date.now() - 60_000))).toBe('wrong');
  } finally {
    vi.useRealTimers();
  }
});

test('five guesses are looked at', async () => {
  const factor = begin();
  const guesses = await Promise.all(Array.from({ length: 8 }, () => factor.verify('ada', 'x')));
  expect(guesses.filter((outcome) => outcome === 'wrong').length).toBe(5);
  expect(guesses.filter((outcome) => outcome === 'locked').length).toBe(3);
  expect(await factor.verify('ada', codeAt(secret, Date.now()))).toBe('locked');
  expect(await factor.verify('nobody', 'x')).toBe('none');
});
