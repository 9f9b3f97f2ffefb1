/** Small histories of updates alone, for what can do nothing else, and for wrong ways to update. */
import { setTimeout as wait } from 'node:timers/promises';
import { checkLinearizability } from '@cache/core/conformance';
import { systemClock } from '@cache/core';
import { seededRandom } from '@cache/core/testing';
import {
  Act,
  cacheModel,
  describeViolation,
  Recorder,
  type CacheOperation,
  type EngineSubject,
} from '@cache/core/conformance/histories';

export type Updates = Pick<EngineSubject, 'get' | 'update' | 'increment'>;

const KEYS = ['a', 'b', 'c', 'd'];
const CLIENTS_PER_KEY = 2;
const TURNS = 20;

export interface UpdateHistory {
  readonly operations: number;
  /** What is wrong with it. */
  readonly problem: string | undefined;
}

/** Has some clients of each process update some keys at once, and judges what they were answered. */
export async function updateAtOnce(
  processes: readonly Updates[],
  by: 'update' | 'increment',
): Promise<UpdateHistory> {
  const recorder = new Recorder(systemClock());
  const random = seededRandom(1);
  const clients = processes.flatMap((subject, process) =>
    KEYS.flatMap((key) =>
      Array.from({ length: CLIENTS_PER_KEY }, (_, client) => ({ subject, key, name: `${process}${client}` })),
    ),
  );
  await Promise.all(
    clients.map(async ({ subject, key, name }) => {
      for (let turn = 0; turn < TURNS; turn += 1) {
        const act = new Act(recorder, name, key);
        const suffix = `${name}.${turn};`;
        if (random() < 0.2) await act.once({ op: 'get' }, () => subject.get(key));
        else if (by === 'increment') await act.once({ op: 'increment' }, () => subject.increment(key));
        else
          await act.once({ op: 'append', suffix }, () =>
            subject.update(key, async (value) => `${value ?? ''}${suffix}`),
          );
        await wait(random() * 4);
      }
    }),
  );
  return { operations: recorder.operations.length, problem: problemIn(recorder.operations) };
}

function problemIn(history: readonly CacheOperation[]): string | undefined {
  const verdict = checkLinearizability(cacheModel({ earlyMs: 1, lateMs: 1 }), history);
  if (verdict.status === 'linearizable') return undefined;
  return verdict.status === 'unknown' ? 'no verdict' : describeViolation(verdict, history);
}
