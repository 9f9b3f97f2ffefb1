import { describe, expect, test } from 'vitest';
import { levelOf } from '../src/assurance.ts';
import { policies, type SessionPolicy } from '../src/index.ts';
import { describeTimes, timesOf } from '../src/policy.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the presets', () => {
  test.each([
    ['aal1', 30 * DAY, 30 * DAY],
    ['aal2', HOUR, DAY],
    ['aal3', HOUR / 4, 12 * HOUR],
  ] as const)('NIST: %s rests and lasts for as long as the level allows', (level, idle, absolute) => {
    expect(timesOf(policies[level](), level)).toMatchObject({ idle, absolute, grace: 0 });
  });

  test.each([
    ['aal1', { absolute: '31d' }],
    ['aal1', { idle: 'forever' }],
    ['aal2', { absolute: '25h' }],
    ['aal2', { idle: '61m' }],
    ['aal3', { absolute: 12 * HOUR + 1 }],
    ['aal3', { idle: '16m' }],
  ] as const)('NIST: %s refuses %j', (level, change) => {
    expect(() => policies[level](change)).toThrow(/this level allows .* at most/);
  });

  test('may be made stricter', () => {
    expect(policies.aal2({ idle: '20m', grace: '10s' })).toEqual({
      idle: '20m',
      absolute: '24h',
      grace: '10s',
    });
  });
});

describe('a policy', () => {
  test('notes a use once in a tenth of its rest, at most once a minute', () => {
    const interval = (idle: SessionPolicy['idle']): number =>
      timesOf({ idle, absolute: '30d' }, 'policy').touchInterval;
    expect([interval('1m'), interval('30m'), interval('forever')]).toEqual([6_000, 60_000, 60_000]);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /give a policy/],
    ['no absolute end', { idle: '1h' }, /policy: absolute is undefined/],
    ['an absolute end that is none', { idle: '1h', absolute: 'forever' }, /absolute is 'forever'/],
    ['a rest longer than its life', { idle: '2h', absolute: '1h' }, /idle is longer than absolute/],
    ['a note as rare as its rest', { idle: '1m', absolute: '1h', touchInterval: '1m' }, /touchInterval/],
    ['a grace as long as its life', { idle: '1m', absolute: '1h', grace: '1h' }, /grace/],
    ['renewal without a grace', { idle: '1m', absolute: '1h', renewEvery: '5m' }, /renewEvery needs grace/],
    ['a grace of 0', { idle: '1m', absolute: '1h', grace: 0 }, /grace is 0/],
    ['a slip of the pen', { idle: '1m', absolute: '1h', touch: '1s' }, /no option 'touch'/],
  ])('ASVS 7.1.1: with %s is refused', (_, policy, message) => {
    expect(() => timesOf(policy as SessionPolicy, 'policy')).toThrow(message);
    expect(() => timesOf(policy as SessionPolicy, 'policy')).toThrow(TypeError);
  });

  test('ASVS 7.1.1: says in words how long sessions last', () => {
    expect(describeTimes(timesOf(policies.aal3({ renewEvery: '5m', grace: '10s' }), 'policy'))).toBe(
      'ends after 900000 ms without use; ends 43200000 ms after authentication; token renewed every 300000 ms, the old one good for 10000 ms',
    );
  });
});

describe('the level of methods', () => {
  test.each([
    [[], 0],
    [['pwd'], 1],
    [['pwd', 'pin'], 1],
    [['otp'], 1],
    [['hwk'], 1],
    [['something of our own'], 1],
    [['pwd', 'something of our own'], 1],
    [['pwd', 'otp'], 2],
    [['pwd', 'sms'], 2],
    [['mfa'], 2],
    [['fpt', 'swk'], 2],
    [['hwk', 'pin'], 3],
    [['sc', 'fpt'], 3],
    [['hwk', 'mfa'], 3],
    [['hwk', 'otp'], 1],
  ])('NIST: %j carry %i', (methods, level) => {
    expect(levelOf(methods)).toBe(level);
  });
});
