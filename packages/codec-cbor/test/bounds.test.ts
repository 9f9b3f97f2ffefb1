/** What bytes can cost that nobody encoded, and what a deep value can. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { bytesOf } from '@cache/test-values/stray-bytes';
import { isSame } from '@cache/test-values/trial';
import { afterAll, describe, expect, it } from 'vitest';
import { decode, encode, tryDecode } from './codec.ts';
import type { Task } from './little-stack.ts';

/** Why bytes are refused. */
function refused(bytes: Uint8Array): string {
  try {
    decode(bytes);
  } catch (error) {
    const cause = (error as Error).cause as Error;
    if (cause instanceof TypeError) return cause.message;
    throw error;
  }
  throw new Error('they are not');
}

/** An array of so many of an item, more than 65,535. */
function many(count: number, hex: string): Uint8Array {
  const item = bytesOf(hex);
  const bytes = new Uint8Array(5 + count * item.length);
  bytes.set([0x9a, count >>> 24, (count >>> 16) & 0xff, (count >>> 8) & 0xff, count & 0xff]);
  for (let i = 0; i < count; i++) bytes.set(item, 5 + i * item.length);
  return bytes;
}

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const thread = new Worker(new URL('little-stack.ts', import.meta.url), {
  resourceLimits: { stackSizeMb: 0.5 },
  execArgv: ['--conditions=@cache/source'],
});
afterAll(() => thread.terminate());

/** What comes of a task in a thread with half the stack that Node has, of which it needs much for itself. */
async function onLittleStack(task: Task): Promise<unknown> {
  const answer = once(thread, 'message');
  thread.postMessage(task, []);
  return ((await answer) as [unknown])[0];
}

describe('the depth of a value', () => {
  it.each(['arrays', 'objects', 'maps', 'objects without a prototype'] as const)(
    'needs little stack: %s',
    async (wrap) => {
      expect(await onLittleStack({ wrap })).toBe(2_000);
    },
  );

  it.each([
    '81',
    'a16161',
    'd9010281',
    'd90103a1',
    'd90103a100',
    'd818',
    'd81841',
    'd9cac3 82 6161',
    'd9cac2 82',
    'd9cac3 82',
    'd9cac0',
    'd9cac0 81',
    'd9cac0 d9cac3 82',
    'c2',
    'd9cac1',
  ])('is bounded in bytes that nobody encoded, without a deep stack: %s', async (head) => {
    const bytes = bytesOf(head.repeat(200_000));
    expect(await onLittleStack({ bytes })).toMatch(/^not a value that this codec wrote/);
  });
});

describe('the memory of reading', () => {
  it('takes memory in proportion to the bytes it got, not to the lengths they tell', () => {
    // Each level claims as many elements as there are bytes left.
    const bytes = Uint8Array.from([
      ...Array.from({ length: 60 }, () => [0x99, 0x40, 0x00]).flat(),
      ...Array.from({ length: 20_000 }, () => 0x00),
    ]);
    const before = process.memoryUsage();
    for (let i = 0; i < 50; i++) expect(tryDecode(bytes)).toBeUndefined();
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
      64 * 2 ** 20,
    );
  });

  it.each([
    ['empty arrays', '80'],
    ['arrays of one', '8100'],
    ['empty objects', 'a0'],
    ['objects with one index far off', 'a1 64 31303233 00'],
    ['objects with an index as far off as may be', 'a1 6a 34323934393637323934 00'],
    ['objects with one index near by', 'a1 62 3136 00'],
    ['objects of two indices', 'a2 61 30 00 64 31303233 00'],
    ['pairs with one index far off', 'd9cac3 82 64 31303233 00'],
    ['empty maps', 'd90103a0'],
    ['empty sets', 'd9010280'],
    ['empty typed arrays', 'd84040'],
  ])('is at most 500 times the bytes: %s', (_, hex) => {
    const bytes = many(70_000, hex);
    const before = used();
    const value = decode(bytes) as unknown[];
    const taken = used() - before;
    expect(value.length).toBe(70_000);
    expect(taken).toBeLessThan(500 * bytes.length);
  });

  it('is not taken for more parts than a value may have', () => {
    const bytes = many(10_000_000, '00');
    expect(refused(bytes)).toBe('not a value that this codec wrote: it has too many parts');
  });
});

describe('an array that holds itself', () => {
  it('is refused before the ways through it have multiplied', () => {
    let reads = 0;
    const fork: unknown[] = [];
    const seen = new Proxy(fork, {
      get(target, name, receiver) {
        reads += 1;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    fork.push(seen, seen, seen);
    expect(() => encode(fork)).toThrow(/cycle/);
    expect(reads).toBeLessThan(100_000);
  });
});

describe('indices far off', () => {
  it.each([
    { 1023: 'a' },
    { 4294967294: 'a' },
    { 0: 'a', 5000: { 7000: 'b' } },
    { 4294967295: 'no index', a: 1 },
    Object.assign(Object.create(null) as object, { 99999: [] }),
  ])('come back as members like any: %o', (value) => {
    const read = decode(encode(value)) as Record<string, unknown>;
    expect(isSame(read, value)).toBe(true);
    for (const name of Object.keys(read))
      expect(Object.getOwnPropertyDescriptor(read, name)).toMatchObject({
        writable: true,
        configurable: true,
      });
  });
});

describe('a graph that forks', () => {
  const forking = (levels: number): { value: unknown; looks: () => number } => {
    let count = 0;
    let value: unknown = new Proxy(
      { end: true },
      { getPrototypeOf: (target) => ((count += 1), Reflect.getPrototypeOf(target)) },
    );
    for (let level = 0; level < levels; level++) value = [value, value];
    return { value, looks: () => count };
  };

  it.each([30, 60, 500])(
    'is refused after a look at what is there, not at all it unfolds to: %i',
    (levels) => {
      const { value, looks } = forking(levels);
      expect(() => encode({ value })).toThrow(/^value has more than 10,000,000 parts, counting twice/);
      expect(looks()).toBeLessThan(120_000);
    },
  );

  it('is written where all that it unfolds to may be stored, and by one walk', () => {
    const { value, looks } = forking(17);
    expect(isSame(decode(encode(value)), JSON.parse(JSON.stringify(value)))).toBe(true);
    expect(looks()).toBeLessThan(2 ** 17 + 10);
  });
});
