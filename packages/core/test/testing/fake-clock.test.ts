import { expect, test } from 'vitest';
import { fakeClock } from '../../src/testing/fake-clock.ts';

test('time stands still until it is moved', async () => {
  const clock = fakeClock(1_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect([clock.now(), clock.recent(), clock.elapsed()]).toEqual([1_000, 1_000, 0]);
  clock.advance(250);
  expect([clock.now(), clock.recent(), clock.elapsed()]).toEqual([1_250, 1_250, 250]);
});

test('timers fire in the order of their times, each at its time, those of one time in the order of their start', () => {
  const clock = fakeClock(0);
  const fired: string[] = [];
  const at = (name: string) => () => fired.push(`${name}@${clock.now()}`);
  clock.after(20, at('late'));
  clock.after(10, at('first'));
  clock.after(10, at('second'));
  clock.after(0, at('now'));
  clock.advance(15);
  expect(fired).toEqual(['now@0', 'first@10', 'second@10']);
  clock.advance(5);
  expect(fired.at(-1)).toBe('late@20');
});

test('a timer that a timer starts fires in the same move when it is due', () => {
  const clock = fakeClock(0);
  const fired: number[] = [];
  clock.after(10, () => {
    clock.after(10, () => fired.push(clock.now()));
    clock.after(100, () => fired.push(clock.now()));
  });
  clock.advance(30);
  expect(fired).toEqual([20]);
  expect(clock.pending).toBe(1);
});

test('pending counts what has neither fired nor been cancelled', () => {
  const clock = fakeClock();
  const cancel = clock.after(10, () => undefined);
  clock.after(20, () => undefined);
  clock.after(Infinity, () => undefined);
  expect(clock.pending).toBe(2);
  cancel();
  cancel();
  expect(clock.pending).toBe(1);
  clock.advance(20);
  expect(clock.pending).toBe(0);
});

test('pass lets what a timer resolved go on before the next timer fires', async () => {
  const clock = fakeClock(0);
  const steps: string[] = [];
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
  const work = (async () => {
    await sleep(10);
    steps.push(`first@${clock.now()}`);
    await sleep(10);
    steps.push(`second@${clock.now()}`);
  })();
  clock.after(15, () => steps.push('between'));
  await clock.pass(30);
  await work;
  expect(steps).toEqual(['first@10', 'between', 'second@20']);
  expect(clock.now()).toBe(30);
});

test('time that is no time is refused', () => {
  const clock = fakeClock();
  for (const ms of [-1, Number.NaN, Infinity]) expect(() => clock.advance(ms)).toThrow(TypeError);
  expect(() => clock.after(Number.NaN, () => undefined)).toThrow(TypeError);
});
