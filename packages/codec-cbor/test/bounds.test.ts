/** What bytes can cost that nobody encoded, and what a deep value can. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import type { Task } from './little-stack.ts';
import { bytesOf, tryDecode } from './stray-bytes.ts';

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
});
