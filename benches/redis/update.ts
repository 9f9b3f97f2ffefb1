/** What do 10,000 updates of one key cost that four processes begin at once, and how many of them are lost? */
import { startRedis } from '@cache/test-servers/redis';
import { inspectMachine } from '../method/machine.ts';
import { quick } from '../method/quick.ts';
import { takeTurns } from '../method/rounds.ts';
import { type Spread, spread } from '../method/statistics.ts';
import { Worker } from '../method/worker.ts';
import { keep } from './kept.ts';
import { UPDATING, type UpdatingName } from './subjects/updating.ts';
import type { UpdateRound, UpdateRoundTaken, UpdateSetting } from './workers/updates.ts';

export interface HotKeyFigures {
  readonly subject: UpdatingName;
  readonly processes: number;
  /** Of all processes. */
  readonly updates: number;
  /** Updates per second, of all processes. */
  readonly rate: Spread;
  /** The most of a round. */
  readonly lost: number;
}

const PROCESSES = 4;
const UPDATES = quick ? 40 : 10_000;
const PLAN = quick ? { warmUps: 0, rounds: 1 } : { warmUps: 3, rounds: 12 };

const machine = inspectMachine();
await using server = await startRedis();
const workers = UPDATING.map((subject) =>
  Array.from(
    { length: PROCESSES },
    () =>
      new Worker(new URL('workers/updates.ts', import.meta.url), {
        subject,
        url: server.url,
      } satisfies UpdateSetting),
  ),
);
let rounds = 0;
const taken = await takeTurns(
  workers.map((processes) => () => updateTogether(processes, `counter:${rounds++}`)),
  PLAN,
);
for (const worker of workers.flat()) await worker.end();

const figures = UPDATING.map((subject, at): HotKeyFigures => {
  const own = taken[at] as { readonly rate: number; readonly lost: number }[];
  return {
    subject,
    processes: PROCESSES,
    updates: UPDATES,
    rate: spread(own.map(({ rate }) => rate)),
    lost: Math.max(...own.map(({ lost }) => lost)),
  };
});
for (const { subject, rate, lost } of figures)
  console.log(
    `${subject.padEnd(26)} ${String(Math.round(rate.median)).padStart(7)}/s (${Math.round(rate.low)}-${Math.round(rate.high)})  lost ${lost}`,
  );
keep('update', { machine, figures });

async function updateTogether(
  processes: readonly Worker[],
  key: string,
): Promise<{ readonly rate: number; readonly lost: number }> {
  const round: UpdateRound = { key, updates: UPDATES / PROCESSES };
  const each = await Promise.all(processes.map((worker) => worker.ask<UpdateRoundTaken>(round)));
  const from = Math.min(...each.map(({ startedAt }) => startedAt));
  const rate = (1e9 * UPDATES) / (Math.max(...each.map(({ endedAt }) => endedAt)) - from);
  const last = await (processes[0] as Worker).ask<UpdateRoundTaken>({
    key,
    updates: 0,
  } satisfies UpdateRound);
  return { rate, lost: UPDATES - last.count };
}
