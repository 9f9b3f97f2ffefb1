import { expect, test } from 'vitest';
import { milliseconds, millisecondsOrForever } from '../../src/duration.ts';

test.each([
  [1, 1],
  [0.5, 0.5],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['30d', 2_592_000_000],
])('%j is %d milliseconds', (duration, expected) => {
  expect(milliseconds(duration, 'ttl')).toBe(expected);
  expect(millisecondsOrForever(duration, 'ttl')).toBe(expected);
});

test.each([0, -1, NaN, -Infinity, '5 parsecs', '0s', '-5m', '5', '', 's', null, undefined, {}])(
  '%j is refused by name',
  (duration) => {
    for (const parse of [milliseconds, millisecondsOrForever]) {
      expect(() => parse(duration, 'ttl')).toThrow(TypeError);
      expect(() => parse(duration, 'ttl')).toThrow(
        /^ttl is .*(give positive milliseconds|word for no expiry)/,
      );
    }
  },
);

test('no expiry is a word, where it is allowed', () => {
  expect(millisecondsOrForever('forever', 'ttl')).toBe(Infinity);
  expect(() => millisecondsOrForever(Infinity, 'ttl')).toThrow(
    "ttl is Infinity: the word for no expiry is 'forever'",
  );
  expect(() => milliseconds('forever', 'timeout')).toThrow(TypeError);
});
