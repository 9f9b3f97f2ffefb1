import { randomBytes } from 'node:crypto';
import { createManager, type Manager } from '@cache/core';
import { fakeClock, seededRandom, settle } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { metricsOf, type Metrics } from '@cache/metrics';
import { sessionMetrics } from '@cache/metrics/session';
import { createSessionManager, policies, type SessionManager } from '@cache/session';
import { beforeEach, expect, test } from 'vitest';
import { valuesOf, samplesOf } from './reading.ts';

const clock = fakeClock();
let manager: Manager;
let metrics: Metrics;
let sessions: SessionManager<Record<string, unknown>>;
let stop: () => void;

beforeEach(() => {
  manager = createManager({ providers: [memory()], clock });
  metrics = metricsOf(manager);
  sessions = createSessionManager({
    manager,
    clock,
    secret: randomBytes(32),
    policy: policies.aal2({ idle: '30m' }),
    limit: { max: 3, onExceeded: 'deny' },
    binding: { ip: 'revoke' },
  });
  stop = sessionMetrics(metrics, sessions);
});

test('every figure is that of what was done', async () => {
  const random = seededRandom(5);
  const tokens = new Map<string, string>();
  const done: Record<string, number> = {};
  const count = (what: string, by = 1): void => {
    done[what] = (done[what] ?? 0) + by;
  };
  const login = async (subject: string): Promise<void> => {
    try {
      const { token, session } = await sessions.create({ subject, amr: ['pwd'], device: { ip: '10.0.0.1' } });
      tokens.set(session.id, token.reveal());
      count('created');
    } catch (error) {
      expect(error).toMatchObject({ code: 'SESSION_LIMIT' });
      count('denied');
    }
  };
  const someToken = (): string | undefined => [...tokens.values()][Math.floor(random() * tokens.size)];
  const forget = (token: string | undefined): void => {
    for (const [id, known] of tokens) if (known === token) tokens.delete(id);
  };
  const deeds: readonly (() => Promise<void>)[] = [
    () => login('ann'),
    () => login('bob'),
    async () => {
      const token = someToken();
      const isValid = (await sessions.get(token, { ip: '10.0.0.1' })) !== null;
      count(isValid ? 'valid' : 'refused');
      if (token === undefined) count('malformed');
    },
    async () => {
      await sessions.get('no token at all');
      count('refused');
      count('malformed');
    },
    async () => {
      const token = someToken();
      if (token === undefined) return;
      await sessions.get(token, { ip: '10.6.6.6' });
      count('refused');
      count('binding');
      count('revoked binding');
      forget(token);
    },
    async () => {
      const token = someToken();
      if (token === undefined) return;
      await sessions.revoke(token, 'logout');
      count('revoked logout');
      forget(token);
      await sessions.get(token);
      count('refused');
      count('unknown');
    },
    async () => {
      const gone = await sessions.revokeAll('bob', { reason: 'administrator' });
      if (gone > 0) count('revoked administrator', gone);
      count('group');
      for (const [id, token] of tokens)
        if ((await sessions.inspect(token)).status !== 'active') tokens.delete(id);
    },
  ];
  for (let step = 0; step < 1_000; step++) await deeds[Math.floor(random() * deeds.length)]?.();
  await settle();
  const { created, valid, refused, malformed, unknown, binding, denied, group } = done;
  expect(await valuesOf(metrics, 'sessionsCreated', 'kind', 'aal')).toEqual({ 'own 1': created });
  expect(await valuesOf(metrics, 'sessionValidations', 'outcome')).toEqual({ valid, refused });
  expect(await valuesOf(metrics, 'sessionRefusals', 'reason')).toEqual({ malformed, unknown, binding });
  expect(await valuesOf(metrics, 'sessionLimits', 'effect')).toEqual({ denied });
  expect(await valuesOf(metrics, 'sessionGroupRevocations', 'scope')).toEqual({ subject: group });
  expect(await valuesOf(metrics, 'sessionBindingChanges', 'changed')).toEqual({ ip: binding });
  expect(await valuesOf(metrics, 'sessionsRevoked', 'reason')).toEqual({
    binding: done['revoked binding'],
    logout: done['revoked logout'],
    administrator: done['revoked administrator'],
  });
  expect(Object.values(done).every((times) => times > 5)).toBe(true);
});

test('a token that was replaced a while ago, an impersonation, and a limit that evicts', async () => {
  const { token } = await sessions.create({ subject: 'ann', amr: ['pwd'] });
  await sessions.rotate(token.reveal(), { grace: '1s' });
  await clock.pass(2_000);
  expect(await sessions.get(token.reveal())).toBeNull();
  expect(await valuesOf(metrics, 'sessionRefusals', 'reason')).toEqual({ late: 1 });
  await clock.pass(120_000);
  expect(await sessions.get(token.reveal())).toBeNull();
  expect(await valuesOf(metrics, 'sessionsRotated', 'sessions')).toEqual({ sessions: 1 });
  expect(await valuesOf(metrics, 'sessionRefusals', 'reason')).toEqual({ late: 1, reused: 1 });
  expect(await valuesOf(metrics, 'sessionsRevoked', 'reason')).toEqual({ reuse: 1 });

  const admin = await sessions.create({ subject: 'root', amr: ['pwd', 'otp'] });
  await sessions.impersonate(admin.token.reveal(), 'ann', { reason: 'support', max: '10m' });
  expect(await valuesOf(metrics, 'sessionsCreated', 'kind', 'aal')).toMatchObject({ 'own 2': 1 });
  const kinds = await valuesOf(metrics, 'sessionsCreated', 'kind');
  expect(kinds['impersonation']).toBe(1);

  const evicting = createSessionManager({
    manager,
    name: 'evicting',
    secret: randomBytes(32),
    policy: policies.aal2(),
    limit: { max: 1, onExceeded: 'evict-oldest' },
  });
  sessionMetrics(metrics, evicting, { name: 'evicting' });
  for (let n = 0; n < 3; n++) await evicting.create({ subject: 'ann', amr: ['pwd'] });
  expect(await valuesOf(metrics, 'sessionLimits', 'sessions', 'effect')).toEqual({ 'evicting evicted': 2 });
  expect(await valuesOf(metrics, 'sessionsEvicted', 'sessions', 'cause')).toEqual({ 'evicting limit': 2 });
});

test('what was done before is not counted, and what is stopped takes its figures away', async () => {
  stop();
  await sessions.get('nothing');
  expect(await samplesOf(metrics, 'sessionValidations')).toEqual([]);
  stop = sessionMetrics(metrics, sessions, { name: 'users' });
  await sessions.get('nothing');
  expect(await valuesOf(metrics, 'sessionValidations', 'sessions', 'outcome')).toEqual({
    'users refused': 1,
  });
  expect((await samplesOf(metrics, 'sessionRefusals')).map(({ labels }) => labels['reason'])).toEqual([
    'malformed',
    'unknown',
    'idle',
    'expired',
    'late',
    'reused',
    'binding',
  ]);
});

test('reasons are bounded in number, and no id and no subject is shown', async () => {
  for (let n = 0; n < 60; n++) {
    const { token } = await sessions.create({ subject: `secret-${n}`, amr: ['pwd'] });
    await sessions.revoke(token.reveal(), `reason ${n}`);
  }
  const revoked = await valuesOf(metrics, 'sessionsRevoked', 'reason');
  expect(Object.keys(revoked)).toHaveLength(51);
  expect(revoked['(others)']).toBe(10);
  expect(JSON.stringify(await metrics.collect())).not.toContain('secret');
});

test('what is no session manager, no name, and a name that is taken, are refused', () => {
  expect(() => sessionMetrics(metrics, {} as never)).toThrow(/expected a session manager/);
  expect(() => sessionMetrics(metrics, sessions, { name: '' })).toThrow(/option name/);
  expect(() => sessionMetrics(metrics, sessions)).toThrow(/there are figures of sessions 'sessions'/);
});

test('metrics that are closed listen to no sessions, and take no further ones', async () => {
  let listening = 0;
  const watched: Parameters<typeof sessionMetrics>[1] = {
    stats: () => sessions.stats(),
    on(event, listener) {
      const end = sessions.on(event, listener);
      listening += 1;
      return () => {
        listening -= 1;
        end();
      };
    },
  };
  const end = sessionMetrics(metrics, watched, { name: 'others' });
  expect(listening).toBeGreaterThan(5);
  metrics.close();
  expect(listening).toBe(0);
  end();
  expect(listening).toBe(0);
  expect(() => sessionMetrics(metrics, watched, { name: 'late' })).toThrow(/metrics are closed/);
  expect(listening).toBe(0);
});
