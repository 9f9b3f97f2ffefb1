import { fakeClock, type FakeClock } from '@cache/core/testing';
import { expect, test } from 'vitest';
import { Calls } from '../../src/calls.ts';
import type { Client, Reply } from '../../src/port.ts';
import { scriptOf } from '../../src/script.ts';

const DEADLINE_MS = 100;
const SCRIPT = scriptOf('step', 'return 1');

interface Stage {
  readonly calls: Calls;
  readonly clock: FakeClock;
  /** How many commands were sent. */
  readonly sent: () => number;
}

/** Calls on a client that answers each command as `answer` says. */
function stage(answer: (sent: number, clock: FakeClock) => Promise<Reply>): Stage {
  const clock = fakeClock();
  let sent = 0;
  const client: Client = {
    send: () => answer((sent += 1), clock),
    isReady: true,
    turn: 0,
    isCluster: false,
    masters: () => [],
    close: () => Promise.resolve(),
  };
  const calls = new Calls({ client, address: 'here', clock, random: () => 0.5, deadline: DEADLINE_MS });
  return { calls, clock, sent: () => sent };
}

const NOT_CONNECTED = new Error('not connected');

test('what waits to be sent again when the end comes is not sent any more', async () => {
  const { calls, clock, sent } = stage((at) =>
    at === 1 ? Promise.reject(NOT_CONNECTED) : Promise.resolve(1),
  );
  const writing = calls.write(SCRIPT, [], []);
  const failed = expect(writing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect.poll(sent).toBe(1);
  await calls.close(DEADLINE_MS);
  await failed;
  await clock.pass(DEADLINE_MS);
  expect(sent()).toBe(1);
});

test('what comes after the end is not sent', async () => {
  const { calls, sent } = stage(() => Promise.resolve(1));
  await calls.close(DEADLINE_MS);
  await expect(calls.write(SCRIPT, [], [])).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(calls.writeAll(SCRIPT, [], [])).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(calls.ask(SCRIPT, [], [])).rejects.toMatchObject({ code: 'CLOSED' });
  expect(sent()).toBe(0);
});

test('however often a step asks for more keys, it ends within one deadline', async () => {
  const began = fakeClock().elapsed();
  const { calls, clock } = stage(async (at, time) => {
    await time.pass(DEADLINE_MS / 5);
    return [-1, [Buffer.from(`key ${at}`)]];
  });
  await expect(calls.writeAll(SCRIPT, [], [])).rejects.toMatchObject({ code: 'UNAVAILABLE', answered: true });
  expect(clock.elapsed() - began).toBeLessThanOrEqual(DEADLINE_MS);
});

test('a step that asks for more keys is tried again no longer than its first round leaves time', async () => {
  const began = fakeClock().elapsed();
  const { calls, clock } = stage(async (at, time) => {
    if (at === 1) {
      await time.pass(DEADLINE_MS - 10);
      return [-1, [Buffer.from('key')]];
    }
    throw NOT_CONNECTED;
  });
  const endedAt = calls.writeAll(SCRIPT, [], []).then(
    () => NaN,
    () => clock.elapsed(),
  );
  for (let ms = 0; ms < 2 * DEADLINE_MS; ms++) await clock.pass(1);
  expect((await endedAt) - began).toBeLessThanOrEqual(DEADLINE_MS);
});
