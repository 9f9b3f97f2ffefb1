import { expect, test } from 'vitest';
import { playRounds } from '../../src/conformance/linearizability/rounds.ts';
import { recordScene } from './record-scene.ts';
import { isLong, report } from './report.ts';

const HOUR = 3_600_000;

test(
  'G2, G4, G7: histories of record engines on a slow store that loses replies are linearizable',
  async () => {
    const rounds = { first: 1, count: isLong ? 20_000 : 1_500 };
    const summary = await report('record engine', () => playRounds(recordScene, rounds));
    expect(summary.failures).toEqual([]);
  },
  HOUR,
);

test.each(['tags', 'terms'] as const)(
  'G4: %s that nobody knew when the load began fence it like the others',
  async (focus) => {
    const rounds = { first: 100_001, count: isLong ? 20_000 : 300, focus };
    const summary = await report(`record engine, ${focus}`, () => playRounds(recordScene, rounds));
    expect(summary.failures).toEqual([]);
  },
  HOUR,
);
