/** What a session manager does to its process: timers, background work, room. */
import { createManager, type Provider } from '@cache/core';
import { chaos, fakeClock, gate, intercept, settle, type FakeClock } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { describe, expect, test } from 'vitest';
import { createSessionManager, type SessionManager, type SessionManagerOptions } from '../src/index.ts';

interface Data {
  readonly count?: number;
}

function opened(
  clock: FakeClock,
  options: Partial<SessionManagerOptions<Data>> = {},
  provider: Provider = memory(),
): SessionManager<Data> {
  return createSessionManager<Data>({
    manager: createManager({ providers: [provider], clock }),
    secret: new Uint8Array(32).fill(1),
    policy: { idle: '30m', absolute: '12h' },
    clock,
    ...options,
  });
}

describe('the sweeper', () => {
  test('sweeps every so often until it is stopped', async () => {
    const clock = fakeClock();
    const ahead = fakeClock(clock.now() + 13 * 3_600_000);
    const place = memory();
    const made = opened(clock, {}, place);
    const sessions = opened(ahead, {}, place);
    const gone: string[] = [];
    sessions.on('expired', ({ id }) => gone.push(id));
    const first = await made.create({ subject: 'ann' });
    const stop = sessions.startSweeper('5m');
    await ahead.pass(5 * 60_000 - 1);
    expect(gone).toEqual([]);
    await ahead.pass(1);
    expect(gone).toEqual([first.session.id]);
    const second = await made.create({ subject: 'ann' });
    await ahead.pass(5 * 60_000);
    expect(gone).toEqual([first.session.id, second.session.id]);
    stop();
    await made.create({ subject: 'ann' });
    await ahead.pass(60 * 60_000);
    expect(gone.length).toBe(2);
  });

  test('ends with the manager, and leaves no timer', async () => {
    const clock = fakeClock();
    const manager = createManager({ providers: [memory()], clock });
    const sessions = createSessionManager({
      manager,
      secret: new Uint8Array(32).fill(1),
      policy: { idle: '30m', absolute: '12h' },
      clock,
    });
    sessions.startSweeper('5m');
    await sessions.close();
    await manager.close();
    expect(clock.pending).toBe(0);
  });

  test('a sweep that fails is told, and the next one comes', async () => {
    const clock = fakeClock();
    let isDown = true;
    const provider = chaos(memory(), () => (isDown ? { fault: 'fail' } : undefined), clock);
    const sessions = opened(clock, { cache: { breaker: false } }, provider);
    const told: string[] = [];
    sessions.on('error', ({ operation }) => told.push(operation));
    sessions.startSweeper('5m');
    await clock.pass(5 * 60_000);
    await settle();
    expect(told).toEqual(['sweep']);
    isDown = false;
    await clock.pass(5 * 60_000);
    await settle();
    expect(told).toEqual(['sweep']);
    await sessions.close();
  });
});

describe('the floor', () => {
  test('get takes as long for a session as for none, and for an error', async () => {
    const clock = fakeClock();
    let isDown = false;
    const provider = chaos(memory(), () => (isDown ? { fault: 'fail' } : undefined), clock);
    const sessions = opened(clock, { floor: '5ms' }, provider);
    const { token } = await sessions.create({ subject: 'ann' });
    for (const presented of [token.reveal(), token.reveal().replace(/.$/, '!'), 'none', 'down']) {
      isDown = presented === 'down';
      let isOver = false;
      const found = sessions.get(isDown ? token.reveal() : presented).then(
        () => (isOver = true),
        () => (isOver = true),
      );
      await clock.pass(4);
      expect(isOver).toBe(false);
      await clock.pass(1);
      expect(await found).toBe(true);
    }
  });
});

describe('close', () => {
  test('waits for a note of use that is under way', async () => {
    const clock = fakeClock();
    const held = gate();
    let isHolding = false;
    const provider = intercept<Provider>(
      memory(),
      async (call, run) => {
        if (isHolding && call.method === 'write') await held.pass();
        return run();
      },
      { synchronous: false },
    );
    const sessions = opened(clock, {}, provider);
    const { token } = await sessions.create({ subject: 'ann' });
    let touched = 0;
    sessions.on('touched', () => (touched += 1));
    await clock.pass(60_000);
    isHolding = true;
    await sessions.get(token.reveal());
    await held.arrivals();
    let isClosed = false;
    const closing = sessions.close().then(() => (isClosed = true));
    await settle();
    expect(isClosed).toBe(false);
    held.open();
    await closing;
    expect(touched).toBe(1);
    await expect(sessions.get(token.reveal())).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a listener', () => {
  test('that throws or rejects harms nobody, and is told', async () => {
    const sessions = opened(fakeClock());
    const told: string[] = [];
    sessions.on('error', ({ operation }) => told.push(operation));
    sessions.on('created', () => {
      throw new Error('of the program');
    });
    const stop = sessions.on('created', () => Promise.reject(new Error('of the program')));
    await sessions.create();
    await settle();
    expect(told).toEqual(['listener of created', 'listener of created']);
    stop();
    await sessions.create();
    expect(told.length).toBe(3);
  });
});

describe('room', () => {
  test('T29: a session that had to go for room is gone from everywhere', async () => {
    const sessions = opened(fakeClock(), {}, memory({ maxEntries: 3 }));
    const gone: unknown[] = [];
    sessions.on('evicted', (event) => gone.push(event));
    const first = await sessions.create({ subject: 'ann' });
    for (let n = 0; n < 3; n += 1) await sessions.create({ subject: 'ann' });
    expect(gone).toEqual([{ id: first.session.id, cause: 'room' }]);
    expect(await sessions.get(first.token.reveal())).toBeNull();
    expect(await sessions.count('ann')).toBe(3);
    expect(await sessions.revokeAll('ann')).toBe(3);
  });
});

describe('what an administrator asks', () => {
  test('inspect tells what a token is, and changes nothing', async () => {
    const clock = fakeClock();
    const ahead = fakeClock(clock.now() + 3_600_000);
    const place = memory();
    const sessions = opened(clock, {}, place);
    const later = opened(ahead, {}, place);
    const { token, session } = await sessions.create({ subject: 'ann' });
    const text = token.reveal();
    expect(await sessions.inspect(text)).toEqual({ status: 'active', session });
    expect((await later.inspect(text)).status).toBe('idle');
    ahead.advance(12 * 3_600_000);
    expect((await later.inspect(text)).status).toBe('expired');
    const rotated = await sessions.rotate(text);
    expect((await sessions.inspect(text)).status).toBe('rotated');
    expect((await sessions.inspect(rotated?.token?.reveal())).status).toBe('active');
    expect(await sessions.inspect('none')).toEqual({ status: 'unknown' });
    expect(sessions.stats().refused).toBe(0);
  });

  test('ASVS 7.1.1, 7.1.2: the policies and the limit in words', () => {
    const sessions = opened(fakeClock(), { limit: { max: 3, onExceeded: 'deny' } });
    expect(sessions.describePolicy()).toEqual({
      default: expect.stringContaining('ends 43200000 ms after authentication'),
      limit: '3, then deny',
    });
  });
});
