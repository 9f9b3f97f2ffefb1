import { expect, test } from 'vitest';
import { Waits } from '../../src/waits.ts';

test('ends those who wait, and nobody whose wait is over', () => {
  const waits = new Waits();
  const ended: string[] = [];
  const begin = (name: string): number => waits.begin(() => void ended.push(name));
  const first = begin('first');
  begin('second');
  waits.end(first);
  begin('third');
  waits.giveUpAll(new Error('closed'));
  expect(ended.toSorted()).toEqual(['second', 'third']);
});

test('a wait that ends while all are ended harms nobody', () => {
  const waits = new Waits();
  const ended: number[] = [];
  const places: number[] = [0, 1, 2].map((n) =>
    waits.begin(() => {
      ended.push(n);
      waits.end(places[n] as number);
    }),
  );
  waits.giveUpAll(new Error('closed'));
  expect(ended).toEqual([0, 1, 2]);
});
