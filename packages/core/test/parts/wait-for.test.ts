import { expect, test } from 'vitest';
import { runAs, waitingFor, type Work } from '../../src/wait-for.ts';

const workOf = (key: string): Work => ({
  cache: 'c',
  key,
  label: `the loader of '${key}'`,
  waitsFor: new Map(),
});

test('a chain of 12,000 waiting loads is walked to its end, and a wait that would close it is refused', async () => {
  const chain = Array.from({ length: 12_000 }, (_, n) => workOf(`k${n}`));
  for (const [n, work] of chain.entries()) {
    const next = chain[n + 1];
    if (next !== undefined) work.waitsFor.set(next, 1);
  }
  const [first, last] = [chain[0] as Work, chain.at(-1) as Work];
  const other = workOf('other');
  await expect(runAs(other, () => waitingFor(first, async () => 'waited'))).resolves.toBe('waited');
  await expect(runAs(last, () => waitingFor(first, async () => 'waited'))).rejects.toMatchObject({
    code: 'LOADER_CYCLE',
  });
});

test('a cycle is told in the order of its waits, whatever else its members wait for', async () => {
  const [a, b, c, aside] = ['a', 'b', 'c', 'aside'].map(workOf) as [Work, Work, Work, Work];
  a.waitsFor.set(aside, 1).set(b, 1);
  b.waitsFor.set(a, 1).set(c, 1);
  aside.waitsFor.set(b, 1);
  await expect(runAs(c, () => waitingFor(b, async () => 'waited'))).rejects.toThrow(
    "a cycle of loaders: the loader of 'c' waits for the loader of 'b' waits for the loader of 'c'",
  );
});
