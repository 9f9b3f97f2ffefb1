import { describe, expect, test } from 'vitest';
import { createLocks, type LocksOptions, type Locks } from '../../src/lock/index.ts';

/** Never connects: misuse is refused before. */
const locks = createLocks({ url: 'redis://127.0.0.1:1' });

describe('options that make no sense are refused at once', () => {
  test.each<[options: unknown, message: RegExp]>([
    [
      { leese: '1s' },
      /^createLocks\(\): there is no option 'leese'; the options are url, .*, lease, wait, clock, random$/,
    ],
    [{ partitions: 4 }, /^createLocks\(\): there is no option 'partitions'/],
    [{ lease: '99ms' }, /^createLocks\(\): lease is 99 ms: give at least 100 ms$/],
    [{ lease: 'long' }, /^createLocks\(\): lease is 'long': give positive milliseconds/],
    [{ wait: -1 }, /^createLocks\(\): wait is -1: give/],
    [{ deadline: 0 }, /^createLocks\(\): deadline is 0/],
    [{ deadline: '100d' }, /deadline is 8640000000 ms; give one hour at most/],
    [
      { url: 'redis://one', host: 'two' },
      /^createLocks\(\): url and host say where the server is in 2 ways; give one of them$/,
    ],
    [{ client: {} }, /^createLocks\(\): client is no client of ioredis/],
    [{ prefix: '{a}' }, /^createLocks\(\): prefix must be a text without braces/],
    [null, /^createLocks\(\): options must be an object/],
    [[], /^createLocks\(\): options must be an object/],
  ])('%o', (options, message) => {
    expect(() => createLocks(options as LocksOptions)).toThrow(TypeError);
    expect(() => createLocks(options as LocksOptions)).toThrow(message);
  });
});

describe('calls that make no sense are rejected before anything is locked', () => {
  test.each<[args: readonly unknown[], message: RegExp]>([
    [['', () => 1], /^withLock\(\): a key is empty: give a non-empty string$/],
    [[[], () => 1], /^withLock\(\): keys is empty/],
    [[['a', 7], () => 1], /^withLock\(\): a key is of type number/],
    [[undefined, () => 1], /^withLock\(\): keys is of type undefined/],
    [['\ud800', () => 1], /^withLock\(\): a key is not well-formed/],
    [['x'.repeat(8_193), () => 1], /^withLock\(\): a key is longer than 8192 bytes/],
    [['a'], /^withLock\(\): fn is of type undefined/],
    [['a', () => 1, { lease: '1ms' }], /^withLock\(\): lease is 1 ms/],
    [['a', () => 1, { wait: '1 second' }], /^withLock\(\): wait is '1 second'/],
  ])('%o', async (args, message) => {
    const call = locks.withLock(...(args as Parameters<Locks['withLock']>));
    await expect(call).rejects.toThrow(TypeError);
    await expect(call).rejects.toThrow(message);
  });
});
